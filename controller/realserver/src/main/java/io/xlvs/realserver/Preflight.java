// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import io.xlvs.loader.Availability;
import io.xlvs.loader.Bpf;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** Compares settings with the host before anything is changed; refuses what cannot work, naming what would. */
final class Preflight {
  private static final int LEAST_MSS = 536;

  private final Host host;
  private final Settings settings;

  private Preflight(Host host, Settings settings) {
    this.host = host;
    this.settings = settings;
  }

  /** Throws {@link SetupException} for what the host lacks, {@link UsageException} for what was asked wrongly. */
  static void run(Host host, Settings settings) {
    Preflight preflight = new Preflight(host, settings);
    preflight.privileges();
    if (settings.method().ownsVip()) {
      Device device = preflight.device("--interface", settings.device());
      preflight.loopback();
      settings.vips().forEach(preflight::vip);
      preflight.arp();
      if (settings.method() == Method.TUN) {
        preflight.tunnel(device);
      }
    } else if (!Cgroup2.isDirectory(settings.cgroup())) {
      throw new UsageException(
          "--cgroup", settings.cgroup().toString(), "is not a directory of cgroup2: 'mount -t cgroup2' shows where it is mounted");
    }
  }

  private void privileges() {
    List<String> tools = host.missingTools();
    if (!tools.isEmpty()) {
      throw new SetupException("the program '" + tools.get(0) + "' is not in PATH: install iproute2");
    }
    List<String> capabilities = host.missingCapabilities(settings.method());
    if (!capabilities.isEmpty()) {
      throw new SetupException("this process lacks " + String.join(", ", capabilities) + ": run it as root");
    }
    if (settings.method() != Method.DR) {
      Availability bpf = Bpf.availability();
      if (!bpf.available()) {
        throw new SetupException("BPF cannot be used here: " + bpf.cause());
      }
    }
  }

  private Device device(String field, String name) {
    Device device =
        host.device(name)
            .orElseThrow(() -> new UsageException(field, name, "does not exist here: write an interface that 'ip link' lists"));
    if (name.equals("lo")) {
      throw new UsageException(field, name, "carries the VIP itself: write the interface towards the director");
    }
    return device;
  }

  private void loopback() {
    if (!host.device("lo").map(Device::up).orElse(false)) {
      throw new SetupException("interface lo is down, so an address on it receives nothing: run 'ip link set lo up' first");
    }
    boolean disabled = host.current(Kind.SYSCTL, "net/ipv6/conf/lo/disable_ipv6").map("1"::equals).orElse(true);
    if (settings.hasIpv6Vip() && disabled) {
      throw new SetupException("IPv6 is switched off on lo: run 'sysctl net.ipv6.conf.lo.disable_ipv6=0' first");
    }
  }

  private void vip(InetAddress vip) {
    int hostLength = vip instanceof Inet6Address ? 128 : 32;
    for (Assignment assignment : host.addresses()) {
      if (!assignment.address().equals(vip)) {
        continue;
      }
      String text = Literals.text(vip);
      if (!assignment.device().equals("lo")) {
        throw new UsageException(
            "--vip", text,
            "is an address of interface " + assignment.device() + ", which would answer for it on the wire: remove it there with 'ip address delete "
                + text + "/" + assignment.prefixLength() + " dev " + assignment.device() + "'");
      }
      if (assignment.prefixLength() != hostLength) {
        throw new UsageException(
            "--vip", text,
            "is on lo as /" + assignment.prefixLength() + ", which claims its whole network: remove it with 'ip address delete "
                + text + "/" + assignment.prefixLength() + " dev lo'");
      }
    }
    Optional<Prefix> director = settings.directors().stream().filter(prefix -> prefix.contains(vip)).findFirst();
    if (director.isPresent()) {
      throw new UsageException(
          "--director", director.get().toString(), "contains the VIP " + Literals.text(vip) + ": write the address that the tunnel's packets come from");
    }
  }

  /** The greater of "all" and the interface's value counts, so a bad "all" cannot be repaired on the interface. */
  private void arp() {
    int all = settings.hasIpv4Vip() ? Planner.value(host, "all", "arp_ignore") : 0;
    int effective = settings.hasIpv4Vip() ? Planner.effective(host, settings.device(), "arp_ignore") : 0;
    if (all != 0 && !ArpIgnore.silences(effective)) {
      throw new SetupException(
          "net.ipv4.conf.all.arp_ignore is " + all + ", with which this host answers ARP for the VIP: set it to 0 or 1");
    }
  }

  private void tunnel(Device device) {
    requireEthernet("--interface", device);
    settings.replyDevices().forEach(name -> requireEthernet("--reply-interface", device("--reply-interface", name)));
    boolean ipv6 = settings.hasIpv6Vip();
    int mss = settings.mssBytes(ipv6, device.mtu());
    if (mss < LEAST_MSS) {
      throw new SetupException(
          "the MTU of " + device.name() + " is " + device.mtu() + ", which leaves an MSS of " + mss + " inside the tunnel: raise the MTU to at least "
              + (device.mtu() + LEAST_MSS - mss));
    }
    if (settings.mss() + 40 > device.mtu()) {
      throw new UsageException(
          "--mss", Integer.toString(settings.mss()), "does not even fit the MTU of " + device.name() + ", " + device.mtu() + ": write at most "
              + (device.mtu() - 40 - settings.tunnelOverheadBytes()));
    }
  }

  private static void requireEthernet(String field, Device device) {
    if (!device.isEthernet()) {
      throw new UsageException(field, device.name(), "is not an Ethernet interface: --method tun works on Ethernet, VLAN, bond, bridge or veth");
    }
  }
}
