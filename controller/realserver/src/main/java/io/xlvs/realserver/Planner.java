// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import io.xlvs.loader.link.TcHook.Direction;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Lists what settings need on a host, in the order in which it is to be made, with what is there now. */
final class Planner {
  private static final String CONF = "net/ipv4/conf/";

  /** Answer ARP only for addresses of the interface that was asked: ip-sysctl, arp_ignore. */
  private static final int ARP_IGNORE_OTHER_INTERFACES = 1;

  /** Never announce the VIP as ARP source, choose the interface's own address: ip-sysctl, arp_announce. */
  private static final int ARP_ANNOUNCE_BEST = 2;

  private static final int RP_FILTER_STRICT = 1;
  private static final int RP_FILTER_LOOSE = 2;

  private final Host host;
  private final Settings settings;
  private final List<Change> changes = new ArrayList<>();

  private Planner(Host host, Settings settings) {
    this.host = host;
    this.settings = settings;
  }

  /** Everything the settings need apart from BPF programs in cgroups, which are pinned as a whole. */
  static List<Change> plan(Host host, Settings settings) {
    Planner planner = new Planner(host, settings);
    if (settings.method().ownsVip()) {
      planner.silenceArp();
      if (settings.method() == Method.TUN) {
        planner.tunnelEnd();
      }
      // Last, so that nobody asks for an address that is not silenced, and no packet finds half a tunnel.
      settings.vips().forEach(vip -> planner.add(Kind.ADDRESS, Literals.text(vip), Change.PRESENT));
    }
    return planner.changes;
  }

  /** Interfaces whose outgoing SYN-ACKs get a lower MSS. */
  static Set<String> replyDevices(Host host, Settings settings) {
    Set<String> devices = new LinkedHashSet<>();
    devices.add(settings.device());
    if (settings.replyDevices().isEmpty()) {
      // Only Ethernet frames can be read; a default route into another kind of tunnel has a lower MTU of its own.
      host.defaultRouteDevices().stream()
          .filter(name -> host.device(name).map(Device::isEthernet).orElse(false))
          .forEach(devices::add);
    } else {
      devices.addAll(settings.replyDevices());
    }
    return devices;
  }

  private void silenceArp() {
    if (!settings.hasIpv4Vip()) {
      // Neighbour discovery answers only for addresses of the interface itself: ndisc_recv_ns looks them up strictly.
      return;
    }
    addSysctl("arp_ignore", !ArpIgnore.silences(effective("arp_ignore")) ? ARP_IGNORE_OTHER_INTERFACES : own("arp_ignore"));
    addSysctl("arp_announce", effective("arp_announce") < ARP_ANNOUNCE_BEST ? ARP_ANNOUNCE_BEST : own("arp_announce"));
    // Clients' packets come in here although the route to the clients may lead elsewhere.
    if (effective("rp_filter") == RP_FILTER_STRICT) {
      addSysctl("rp_filter", RP_FILTER_LOOSE);
    } else {
      addSysctl("rp_filter", own("rp_filter"));
    }
  }

  private void tunnelEnd() {
    int handle = host.device(settings.device()).orElseThrow().index();
    Set<String> devices = replyDevices(host, settings);
    devices.forEach(device -> add(Kind.QDISC, device, Change.PRESENT));
    add(Kind.FILTER, new FilterKey(settings.device(), Direction.INGRESS, handle).toString(), Change.PRESENT);
    devices.forEach(
        device -> add(Kind.FILTER, new FilterKey(device, Direction.EGRESS, handle).toString(), Change.PRESENT));
  }

  private void addSysctl(String name, int value) {
    add(Kind.SYSCTL, CONF + settings.device() + "/" + name, Integer.toString(value));
  }

  private void add(Kind kind, String key, String after) {
    String before =
        host.current(kind, key).orElseThrow(() -> new SetupException("this host has no " + key + ": is its interface gone?"));
    changes.add(new Change(kind, key, before, after));
  }

  private int own(String name) {
    return value(host, settings.device(), name);
  }

  private int effective(String name) {
    return effective(host, settings.device(), name);
  }

  /** What the kernel goes by for these three: the greater of "all" and the interface's own (IN_DEV_MAXCONF). */
  static int effective(Host host, String device, String name) {
    return Math.max(value(host, "all", name), value(host, device, name));
  }

  static int value(Host host, String device, String name) {
    String key = CONF + device + "/" + name;
    String text = host.current(Kind.SYSCTL, key).orElseThrow(() -> new SetupException("this host has no sysctl " + key));
    return Integer.parseInt(text);
  }
}
