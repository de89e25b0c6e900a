// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import io.xlvs.ctl.Failure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Walks an argument vector by the rules of popt(3), the parser that ipvsadm uses: short options may be bundled, the last of
 * a bundle may carry its value ({@code -p60}, {@code -p=60}), long ones take {@code --opt value} or {@code --opt=value}, an
 * optional value is not taken from a word that begins with a dash, options and other words may be mixed, and {@code --}
 * ends the options.
 */
final class Popt {
  /** Whether an option is followed by a value. */
  enum Value {
    NONE,
    REQUIRED,
    OPTIONAL
  }

  /**
   * An option as found.
   *
   * @param word which
   * @param value its value, or null if it has none
   */
  record Found(Word word, String value) {}

  /** An unknown option or a wrong value, in popt's words: {@code "-s: missing argument"}. */
  static final class BadOption extends Exception {
    private static final long serialVersionUID = 1L;

    private final String problem;

    BadOption(String argument, String problem) {
      super(argument + ": " + problem, null, false, false);
      this.problem = problem;
    }

    /** What to do about it. */
    String remedy() {
      return problem.equals(MISSING) ? "write its value after it"
          : problem.equals(UNWANTED) ? "leave out what follows the =" : "`lbctl -h' lists the options";
    }
  }

  private static final String UNKNOWN = "unknown option";
  private static final String MISSING = "missing argument";
  private static final String UNWANTED = "option does not take an argument";

  private static final Map<String, Word> LONG_OPTIONS = new HashMap<>();
  private static final Map<Character, Word> SHORT_OPTIONS = new HashMap<>();

  static {
    for (Word word : Word.values()) {
      word.longNames().forEach(name -> LONG_OPTIONS.put(name, word));
      word.shortNames().chars().forEach(letter -> SHORT_OPTIONS.put((char) letter, word));
    }
  }

  private final List<String> arguments;
  private final Map<Character, Word> redefined = new HashMap<>(2);
  private final List<String> others = new ArrayList<>();
  private int next;
  private String bundle = "";

  Popt(List<String> arguments) {
    this.arguments = arguments;
  }

  /** Gives a short option another meaning from here on: {@code -b} depends on the command before it. */
  void redefine(char letter, Word word) {
    redefined.put(letter, word);
  }

  /** The next option, or null after the last one. */
  Found next() throws BadOption {
    if (!bundle.isEmpty()) {
      return shortOption();
    }
    while (next < arguments.size()) {
      String argument = arguments.get(next++);
      if (argument.equals("--")) {
        others.addAll(arguments.subList(next, arguments.size()));
        next = arguments.size();
      } else if (argument.startsWith("--")) {
        return longOption(argument);
      } else if (argument.length() > 1 && argument.charAt(0) == '-') {
        bundle = argument.substring(1);
        return shortOption();
      } else {
        others.add(argument);
      }
    }
    return null;
  }

  /** Words that are no options, in order; complete once {@link #next} has returned null. */
  List<String> others() {
    return others;
  }

  private Found longOption(String argument) throws BadOption {
    int equals = argument.indexOf('=');
    String name = argument.substring(2, equals < 0 ? argument.length() : equals);
    Word option = LONG_OPTIONS.get(name);
    if (option == null) {
      throw new BadOption(argument, UNKNOWN);
    }
    if (equals < 0) {
      return found(option);
    }
    if (option.value() == Value.NONE) {
      throw new BadOption(argument, UNWANTED);
    }
    return new Found(option, argument.substring(equals + 1));
  }

  private Found shortOption() throws BadOption {
    char letter = bundle.charAt(0);
    Word option = redefined.getOrDefault(letter, SHORT_OPTIONS.get(letter));
    bundle = bundle.substring(1);
    if (option == null) {
      throw new BadOption(arguments.get(next - 1), UNKNOWN);
    }
    if (option.value() == Value.NONE) {
      if (bundle.startsWith("=")) {
        throw new BadOption(arguments.get(next - 1), UNWANTED);
      }
      return new Found(option, null);
    }
    if (bundle.isEmpty()) {
      return found(option);
    }
    if (bundle.equals("n") && option.value() == Value.REQUIRED && next < arguments.size()) {
      // `-Ltn VIP:PORT': popt takes the n for the service; nobody means that, so -n still follows the value.
      return found(option);
    }
    String value = bundle.startsWith("=") ? bundle.substring(1) : bundle;
    bundle = "";
    return new Found(option, value);
  }

  private Found found(Word option) throws BadOption {
    boolean more = next < arguments.size();
    switch (option.value()) {
      case REQUIRED:
        if (!more) {
          throw new BadOption(arguments.get(next - 1), MISSING);
        }
        return new Found(option, arguments.get(next++));
      case OPTIONAL:
        if (more && !arguments.get(next).startsWith("-")) {
          return new Found(option, arguments.get(next++));
        }
        return new Found(option, null);
      default:
        return new Found(option, null);
    }
  }

  /** The answer to a command line that does not begin with a command. */
  static Failure tryHelp(String why) {
    return new Failure(255, why + "; try `lbctl -h' or 'lbctl --help' for more information", "");
  }
}
