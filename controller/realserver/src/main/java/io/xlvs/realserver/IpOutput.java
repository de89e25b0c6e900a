// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what {@code ip -o} prints: one object a line, words separated by blanks. */
final class IpOutput {
  private static final Pattern LINK = Pattern.compile("^(\\d+): [^ ]+ <([^>]*)> mtu (\\d+)", Pattern.MULTILINE);
  private static final Pattern ETHERNET = Pattern.compile("link/ether ([0-9a-f:]{17})");
  private static final Pattern ADDRESS =
      Pattern.compile("^\\d+: +([^ ]+) +inet6? ([0-9a-f.:]+)(?: peer [^ /]+)?(?:/(\\d+))?");

  private IpOutput() {}

  static Device device(String name, String output) {
    Matcher link = LINK.matcher(output);
    if (!link.find()) {
      throw new SetupException("cannot read what 'ip -o link show dev " + name + "' printed: " + output.strip());
    }
    Matcher ethernet = ETHERNET.matcher(output);
    return new Device(
        name,
        Integer.parseInt(link.group(1)),
        ethernet.find() ? ethernet.group(1) : "",
        Integer.parseInt(link.group(3)),
        List.of(link.group(2).split(",")).contains("UP"));
  }

  /** Empty for lines of other families. */
  static Optional<Assignment> assignment(String line) {
    Matcher matcher = ADDRESS.matcher(line);
    if (!matcher.find()) {
      return Optional.empty();
    }
    InetAddress address = Literals.address("address printed by ip", matcher.group(2));
    int length = matcher.group(3) == null ? 8 * address.getAddress().length : Integer.parseInt(matcher.group(3));
    return Optional.of(new Assignment(matcher.group(1), address, length));
  }

  static List<String> wordsAfter(String line, String keyword) {
    List<String> found = new ArrayList<>();
    String[] words = line.trim().split("[\\s\\\\]+");
    for (int i = 0; i + 1 < words.length; i++) {
      if (words[i].equals(keyword)) {
        found.add(words[i + 1]);
      }
    }
    return found;
  }
}
