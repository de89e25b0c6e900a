// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import io.xlvs.ctl.ipvs.IpvsTool;
import io.xlvs.ctl.ipvs.Names;
import io.xlvs.ctl.verbs.VerbTool;
import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code lbctl}: ipvsadm's grammar if the first word begins with a dash or there is none, verbs otherwise. A leading
 * {@code --socket PATH} belongs to both.
 */
public final class Main {
  private static final String SOCKET = "--socket";

  /** Set by the launcher: asking for a terminal in Java (System.console) wants standard input to be one, too. */
  private static final String TERMINAL_PROPERTY = "lbctl.terminal";

  /** The same of standard error. */
  private static final String ERROR_TERMINAL_PROPERTY = "lbctl.errorTerminal";

  private Main() {}

  /** Runs the command line and exits with its status. */
  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(new BufferedOutputStream(new StandardOutput(), 1 << 16), false, StandardCharsets.UTF_8);
    Console console = new Console(
        System.in, out, System.err, System.getenv(), Boolean.getBoolean(TERMINAL_PROPERTY),
        Boolean.getBoolean(ERROR_TERMINAL_PROPERTY), Names.ofHost());
    int status;
    try {
      status = run(arguments, console);
    } catch (UncheckedIOException e) {
      System.err.println(e.getMessage() + ": " + e.getCause().getMessage());
      status = 1;
    }
    out.flush();
    System.exit(status);
  }

  /** Runs the command line against a console and gives its exit status. */
  public static int run(String[] arguments, Console console) {
    List<String> words = new ArrayList<>(List.of(arguments));
    String socket = leadingSocket(words);
    boolean verbs = !words.isEmpty() && !words.get(0).startsWith("-");
    String given = socket != null ? socket : laterSocket(words);
    try (DirectorClient client = new DirectorClient(DirectorClient.socket(given, console.env()))) {
      return verbs ? new VerbTool(console, client).run(words) : new IpvsTool(console, client).run(words);
    }
  }

  /** Takes {@code --socket PATH} or {@code --socket=PATH} off the front; null if it is not there. */
  private static String leadingSocket(List<String> words) {
    String socket = null;
    while (!words.isEmpty() && socketAt(words, 0) != null) {
      socket = socketAt(words, 0);
      words.subList(0, words.get(0).equals(SOCKET) ? 2 : 1).clear();
    }
    return socket;
  }

  private static String laterSocket(List<String> words) {
    String socket = null;
    for (int i = 0; i < words.size(); i++) {
      String here = socketAt(words, i);
      socket = here != null ? here : socket;
    }
    return socket;
  }

  private static String socketAt(List<String> words, int index) {
    String word = words.get(index);
    if (word.startsWith(SOCKET + "=")) {
      return word.substring(SOCKET.length() + 1);
    }
    return word.equals(SOCKET) && index + 1 < words.size() ? words.get(index + 1) : null;
  }
}
