// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Device;
import io.xlvs.bpf.NextHopFlag;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.controller.net.Link;
import io.xlvs.loader.map.BpfMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The host's interfaces as the data plane may send on them: the maps devices and tx_ports. */
final class Interfaces {
  private static final Device NO_DEVICE = new Device(0, 0, NextHopFlag.VIA_STACK.value(), 0);

  private final BpfMap<Integer, Device> devices;
  private final BpfMap<Integer, Integer> ports;
  private final Set<String> xdpKinds;
  private Map<Integer, Link> links = Map.of();
  private final Map<Integer, Device> written = new HashMap<>();

  /**
   * A veth drops, unseen, what native XDP sends to it unless its other end polls (GRO or XDP there), so it counts as a way for XDP
   * only where native was asked for by name.
   */
  Interfaces(XlvsObjects objects, AttachMode mode) {
    this.xdpKinds = mode == AttachMode.NATIVE || mode == AttachMode.GENERIC ? Set.of("", "veth") : Set.of("");
    this.devices = objects.devices();
    this.ports = objects.txPorts();
    written.putAll(devices.entries());
  }

  Optional<Link> link(int ifindex) {
    return Optional.ofNullable(links.get(ifindex));
  }

  /** How to send on an interface. */
  Device device(int ifindex) {
    return written.getOrDefault(ifindex, NO_DEVICE);
  }

  /** Writes what has changed; false if nothing has. */
  boolean update(Map<Integer, Link> current) {
    boolean changed = !current.equals(links);
    links = Map.copyOf(current);
    for (Integer gone : written.keySet().stream().filter(index -> !current.containsKey(index)).toList()) {
      ports.delete(gone);
      devices.delete(gone);
      written.remove(gone);
    }
    for (Link link : current.values()) {
      Device device = describe(link, current);
      boolean viaStack = (device.flags() & NextHopFlag.VIA_STACK.value()) != 0;
      if (viaStack) {
        ports.delete(link.index());
      } else {
        // Always: the kernel drops an interface's entry when the interface goes, also if its index comes back.
        ports.update(link.index(), link.index());
      }
      if (!device.equals(written.put(link.index(), device))) {
        devices.update(link.index(), device);
      }
    }
    return changed;
  }

  /** What XDP can send on is known by kind only: hardware, perhaps veth, and VLANs on these; all else goes by the stack. */
  private Device describe(Link link, Map<Integer, Link> links) {
    if (link.kind().equals("vlan") && link.vlanId() != 0) {
      Link parent = links.get(link.parentIndex());
      if (parent != null && sendsXdp(parent)) {
        return new Device(parent.index(), link.mtu(), transmitFlags(parent), link.vlanId());
      }
    }
    return new Device(link.index(), link.mtu(), transmitFlags(link), 0);
  }

  private int transmitFlags(Link link) {
    if (!sendsXdp(link)) {
      return NextHopFlag.VIA_STACK.value();
    }
    return link.kind().equals("veth") ? NextHopFlag.REDIRECT.value() : 0;
  }

  private boolean sendsXdp(Link link) {
    return !link.loopback() && xdpKinds.contains(link.kind());
  }
}
