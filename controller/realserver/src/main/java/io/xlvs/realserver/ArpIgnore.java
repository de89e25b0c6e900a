// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.util.Set;

/** Values of the sysctl arp_ignore. */
final class ArpIgnore {
  /** 1 only addresses of the asked interface; 2 and of the asker's subnet; 8 none. 3 and the reserved ones answer for lo's. */
  private static final Set<Integer> SILENT = Set.of(1, 2, 8);

  private ArpIgnore() {}

  /** Whether an address on lo is kept from ARP on other interfaces. */
  static boolean silences(int value) {
    return SILENT.contains(value);
  }
}
