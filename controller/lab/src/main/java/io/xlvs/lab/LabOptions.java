// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

/**
 * What kind of lab.
 *
 * @param attachMode xlvsd's: "auto", "native", "tc" or "generic"
 * @param mtu of every wire, in bytes
 * @param connections xlvsd's capacity for established ones
 * @param offload whether sockets of the client and the real servers leave checksums and segments to their devices, as they do on any
 *     host unless told otherwise; native XDP on veth cannot do with that
 * @param markInterface whether the director has a veth pair, {@value #MARK_DEVICE} and {@value #MARK_INTERFACE}, the latter attached, by
 *     which packets that netfilter has marked reach xlvs
 */
public record LabOptions(String attachMode, int mtu, int connections, boolean offload, boolean markInterface) {
  /** Native XDP on ordinary Ethernet: on its wires, as on real ones, frames are whole. */
  public static final LabOptions DEFAULT = new LabOptions("native", 1500, 131_072, false, false);

  /** Where the director's stack sends what is marked. */
  public static final String MARK_DEVICE = "xlvs-mark";

  /** Its other end. */
  public static final String MARK_INTERFACE = "xlvs-in";

  /** With another attach mode. */
  public LabOptions attached(String mode) {
    return new LabOptions(mode, mtu, connections, offload, markInterface);
  }

  /** With hosts as they come, and xlvsd to find out how to deal with them. */
  public LabOptions asTheyCome() {
    return new LabOptions("auto", mtu, connections, true, markInterface);
  }

  /** With another MTU. */
  public LabOptions withMtu(int bytes) {
    return new LabOptions(attachMode, bytes, connections, offload, markInterface);
  }

  /** With another capacity for connections. */
  public LabOptions withConnections(int capacity) {
    return new LabOptions(attachMode, mtu, capacity, offload, markInterface);
  }

  /** With a way into xlvs for packets that netfilter has marked. */
  public LabOptions withMarkInterface() {
    return new LabOptions(attachMode, mtu, connections, offload, true);
  }
}
