// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

/** IPv6 addresses in the canonical text form of RFC 5952, which iproute2 prints too. */
final class Ipv6Text {
  private static final int GROUPS = 8;

  private Ipv6Text() {}

  static String of(byte[] address) {
    int[] group = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      group[i] = (address[2 * i] & 0xff) << 8 | address[2 * i + 1] & 0xff;
    }
    int start = longestZeros(group);
    int end = start < 0 ? -1 : endOfZeros(group, start);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < GROUPS; i++) {
      if (i == start) {
        text.append("::");
        i = end - 1;
        continue;
      }
      if (text.length() > 0 && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(group[i]));
    }
    return text.toString();
  }

  /** Start of the first longest run of at least two zero groups, or -1. */
  private static int longestZeros(int[] group) {
    int best = -1;
    int bestLength = 1;
    for (int i = 0; i < GROUPS; i++) {
      int length = endOfZeros(group, i) - i;
      if (length > bestLength) {
        best = i;
        bestLength = length;
      }
    }
    return best;
  }

  private static int endOfZeros(int[] group, int start) {
    int end = start;
    while (end < GROUPS && group[end] == 0) {
      end++;
    }
    return end;
  }
}
