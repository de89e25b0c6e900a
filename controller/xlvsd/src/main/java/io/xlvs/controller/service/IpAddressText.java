// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.Locale;
import java.util.regex.Pattern;

/** Text form of addresses. */
final class IpAddressText {
  private static final Pattern LEADING_ZERO = Pattern.compile("(\\d+\\.)*0\\d+(\\.\\d+)*");

  private IpAddressText() {}

  static IpAddress parse(String text) {
    if (text == null || text.isEmpty()) {
      throw new IllegalArgumentException("\"\" is not an address: one is missing, such as 10.0.0.100 or fd00::100");
    }
    return text.indexOf(':') >= 0 ? parseIpv6(text) : IpAddress.ofIpv4(parseIpv4(text, text));
  }

  /** Four decimal parts; a leading zero is refused because other tools read it as octal. */
  private static int parseIpv4(String part, String whole) {
    int address = 0;
    int position = 0;
    for (int i = 0; i < 4; i++) {
      int end = i < 3 ? part.indexOf('.', position) : part.length();
      int octet = end < 0 ? -1 : octet(part, position, end);
      if (octet < 0) {
        throw new IllegalArgumentException(String.format("\"%s\" is not an %s address: %s", whole,
            whole.equals(part) ? "IPv4" : "IPv6", LEADING_ZERO.matcher(part).matches()
                ? "some programs read a number with a leading zero as octal; write it without"
                : "four decimal numbers 0..255, separated by dots, would be"));
      }
      address = address << 8 | octet;
      position = end + 1;
    }
    return address;
  }

  private static int octet(String text, int from, int to) {
    int length = to - from;
    if (length < 1 || length > 3 || length > 1 && text.charAt(from) == '0') {
      return -1;
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = value * 10 + (c - '0');
    }
    return value <= 255 ? value : -1;
  }

  private static IpAddress parseIpv6(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      int[] groups = groups(text, text);
      if (groups.length != 8) {
        throw badIpv6(text, "it has " + groups.length + " groups of 16 bits, 8 or a :: would be right");
      }
      return fromGroups(groups, new int[0]);
    }
    if (text.indexOf("::", gap + 1) >= 0) {
      throw badIpv6(text, "only one :: is allowed");
    }
    String before = text.substring(0, gap);
    if (before.indexOf('.') >= 0) {
      throw badIpv6(text, "a dotted quad may only stand at the end");
    }
    int[] head = groups(before, text);
    int[] tail = groups(text.substring(gap + 2), text);
    if (head.length + tail.length > 7) {
      throw badIpv6(text, "with :: at most 7 groups of 16 bits may be written");
    }
    return fromGroups(head, tail);
  }

  private static int[] groups(String part, String whole) {
    if (part.isEmpty()) {
      return new int[0];
    }
    String[] words = part.split(":", -1);
    String last = words[words.length - 1];
    boolean quad = last.indexOf('.') >= 0;
    int[] groups = new int[words.length + (quad ? 1 : 0)];
    for (int i = 0; i < words.length - (quad ? 1 : 0); i++) {
      groups[i] = group(words[i], whole);
    }
    if (quad) {
      int address = parseIpv4(last, whole);
      groups[groups.length - 2] = address >>> 16;
      groups[groups.length - 1] = address & 0xffff;
    }
    return groups;
  }

  private static int group(String word, String whole) {
    if (word.isEmpty() || word.length() > 4) {
      throw badIpv6(whole, "each group has 1 to 4 hexadecimal digits, \"" + word + "\" has not");
    }
    int value = 0;
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw badIpv6(whole, "\"" + word + "\" is not a hexadecimal group of 16 bits"
            + (word.indexOf('%') >= 0 ? "; zones (%interface) are not accepted" : ""));
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private static IpAddress fromGroups(int[] head, int[] tail) {
    int[] all = new int[8];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(tail, 0, all, 8 - tail.length, tail.length);
    return IpAddress.ofIpv6(join(all, 0), join(all, 4));
  }

  private static long join(int[] groups, int from) {
    long value = 0;
    for (int i = from; i < from + 4; i++) {
      value = value << 16 | groups[i];
    }
    return value;
  }

  private static IllegalArgumentException badIpv6(String text, String why) {
    return new IllegalArgumentException("\"" + text + "\" is not an IPv6 address: " + why);
  }

  static String format(IpAddress address) {
    return address.isIpv4() ? formatIpv4(address.lowBits()) : formatIpv6(address);
  }

  private static String formatIpv4(long bits) {
    return (bits >>> 24 & 0xff) + "." + (bits >>> 16 & 0xff) + "." + (bits >>> 8 & 0xff) + "." + (bits & 0xff);
  }

  private static String formatIpv6(IpAddress address) {
    // RFC 5952 section 5: an IPv4-mapped address is shown with its dotted quad.
    if (address.highBits() == 0 && address.lowBits() >>> 32 == 0xffff) {
      return "::ffff:" + formatIpv4(address.lowBits() & 0xffffffffL);
    }
    int[] groups = new int[8];
    for (int i = 0; i < 8; i++) {
      groups[i] = (int) ((i < 4 ? address.highBits() : address.lowBits()) >>> (48 - 16 * (i & 3)) & 0xffff);
    }
    int gapStart = -1;
    int gapLength = 1;
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && groups[end] == 0) {
        end++;
      }
      if (end - i > gapLength) {
        gapStart = i;
        gapLength = end - i;
      }
      i = Math.max(i, end - 1);
    }
    StringBuilder text = new StringBuilder(39);
    for (int i = 0; i < 8; i++) {
      if (i == gapStart) {
        text.append("::");
        i += gapLength - 1;
        continue;
      }
      if (text.length() > 0 && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(groups[i]).toLowerCase(Locale.ROOT));
    }
    return text.toString();
  }
}
