// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.util.Optional;

/** The Call-ID as ip_vs_pe_sip.c finds it with the help of nf_conntrack_sip.c, by index and line; each byte is a character of ISO 8859-1. */
final class KernelSip {
  private static final String NAME = "call-id";
  private static final String WORD = "!\"%()*+:<>?[\\]_`{}~-./";
  private static final int LONGEST = 255;

  private final String text;

  /** A value's place; length 0: there is a header, but no value. */
  private record Found(int at, int length) {}

  private KernelSip(String text) {
    this.text = text;
  }

  static Optional<String> callId(String text) {
    KernelSip sip = new KernelSip(text);
    int from = 0;
    Found found = sip.header(from);
    while (found != null && found.length == 0) {
      from += found.at;
      found = sip.header(from);
    }
    if (found == null || found.length > LONGEST) {
      return Optional.empty();
    }
    int end = found.at + found.length;
    boolean terminated = end < text.length() && (text.charAt(end) == '\r' || text.charAt(end) == '\n');
    return terminated ? Optional.of(text.substring(found.at, end)) : Optional.empty();
  }

  /** The first header of that name from a place on, or null. */
  private Found header(int from) {
    for (int at = from; at < text.length(); at++) {
      if (text.charAt(at) != '\r' && text.charAt(at) != '\n') {
        continue;
      }
      at = behindNewline(at);
      if (at >= text.length()) {
        return null;
      }
      int behind = behindName(at);
      if (behind < 0) {
        continue;
      }
      int colon = skipBlanks(behind);
      if (colon < 0 || colon >= text.length() || text.charAt(colon) != ':' || colon + 1 >= text.length()) {
        return null;
      }
      int value = skipBlanks(colon + 1);
      return value < 0 ? null : new Found(value, valueLength(value));
    }
    return null;
  }

  private int behindNewline(int at) {
    return text.startsWith("\r\n", at) ? at + 2 : at + 1;
  }

  /** Where the name at the beginning of a line ends, or -1. */
  private int behindName(int at) {
    if (text.regionMatches(false, at, " ", 0, 1) || text.regionMatches(false, at, "\t", 0, 1)) {
      return -1;
    }
    if (at + NAME.length() <= text.length() && lower(text.substring(at, at + NAME.length())).equals(NAME)) {
      return at + NAME.length();
    }
    boolean compact = at + 2 <= text.length() && lower(text.substring(at, at + 1)).equals("i") && !isLetter(text.charAt(at + 1));
    return compact ? at + 1 : -1;
  }

  private static String lower(String ascii) {
    return ascii.chars().map(c -> c >= 'A' && c <= 'Z' ? c + 32 : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
  }

  /** Behind blanks and at most one end of line, which a blank must follow; -1 if none does. */
  private int skipBlanks(int at) {
    int here = blanks(at);
    if (here >= text.length() || text.charAt(here) != '\r' && text.charAt(here) != '\n') {
      return here;
    }
    int next = behindNewline(here);
    return next < text.length() && isBlank(text.charAt(next)) ? blanks(next) : -1;
  }

  private int blanks(int at) {
    int here = at;
    while (here < text.length() && isBlank(text.charAt(here))) {
      here++;
    }
    return here;
  }

  private int valueLength(int at) {
    int word = wordLength(at);
    int sign = at + word;
    if (word == 0 || sign >= text.length() || text.charAt(sign) != '@') {
      return word;
    }
    int host = wordLength(sign + 1);
    return host == 0 ? 0 : word + 1 + host;
  }

  private int wordLength(int at) {
    int here = at;
    while (here < text.length() && isWord(text.charAt(here))) {
      here++;
    }
    return here - at;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private static boolean isLetter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0xc0 && c != 0xd7 && c != 0xf7;
  }

  private static boolean isWord(char c) {
    return isLetter(c) || c >= '0' && c <= '9' || WORD.indexOf(c) >= 0;
  }
}
