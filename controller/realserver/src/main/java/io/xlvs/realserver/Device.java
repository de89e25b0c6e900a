// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

/**
 * A network interface as it is now.
 *
 * @param index the kernel's ifindex
 * @param mac Ethernet address as text, empty when it is no Ethernet interface
 * @param mtu bytes of IP
 * @param up administratively up
 */
record Device(String name, int index, String mac, int mtu, boolean up) {
  boolean isEthernet() {
    return !mac.isEmpty();
  }
}
