// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import io.xlvs.bpf.Method;
import io.xlvs.bpf.Tunnel;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** A configuration with every forwarding method, encapsulation, family and protocol. */
final class Worlds {
  static final int TCP_PORT = 80;
  static final int UDP_PORT = 53;
  static final int SCTP_PORT = 2905;
  static final int PORT_FIRST = 10_000;
  static final int PORT_LAST = 60_000;
  private static final int GUE_PORT = 6080;

  /** A VIP's way of forwarding; TUN's has an encapsulation and an outer family. */
  record Kind(int version, Method method, Tunnel tunnel, boolean checksum, int outerVersion) {
    @Override
    public String toString() {
      String tail = tunnel == null ? "" : " " + tunnel + (checksum ? " with checksum" : "") + " in IPv" + outerVersion;
      return "IPv" + version + " " + method + tail;
    }
  }

  private final Lab lab;
  private final int mtu;
  private final List<World.VirtualService> services = new ArrayList<>();
  private int servers;

  private Worlds(Lab lab, int mtu) {
    this.lab = lab;
    this.mtu = mtu;
  }

  /**
   * Three services (TCP 80, UDP 53 and SCTP 2905) a kind, on the VIP {@link #vip}, with a server behind each interface, one
   * of them behind a VLAN; NAT and FULLNAT map the ports to 8080, 5353 and 3868.
   *
   * @param mtu of the ways to the servers
   */
  static World everything(Lab lab, int mtu) {
    Worlds worlds = new Worlds(lab, mtu);
    for (Kind kind : kinds()) {
      worlds.add(kind);
    }
    return new World(worlds.services, lab.clientRoutes(), PORT_FIRST, PORT_LAST);
  }

  /** All kinds; {@link #vip} has the address of each. */
  static List<Kind> kinds() {
    List<Kind> all = new ArrayList<>();
    for (int version : new int[] {4, 6}) {
      all.add(new Kind(version, Method.NAT, null, false, 0));
      all.add(new Kind(version, Method.DR, null, false, 0));
      all.add(new Kind(version, Method.FULLNAT, null, false, 0));
      for (int outer : new int[] {4, 6}) {
        all.add(new Kind(version, Method.TUN, Tunnel.IPIP, false, outer));
        for (Tunnel tunnel : new Tunnel[] {Tunnel.GUE, Tunnel.GRE}) {
          all.add(new Kind(version, Method.TUN, tunnel, false, outer));
          all.add(new Kind(version, Method.TUN, tunnel, true, outer));
        }
      }
    }
    return all;
  }

  static InetAddress vip(Kind kind) {
    int number = kinds().indexOf(kind) + 1;
    return Bytes.address(kind.version() == 4 ? "198.51.100." + number : "2001:db8:100::" + Integer.toHexString(number));
  }

  static List<InetAddress> localAddresses(int version) {
    return version == 4
        ? List.of(Bytes.address("10.0.9.1"), Bytes.address("10.0.9.2"))
        : List.of(Bytes.address("fd00::9:1"), Bytes.address("fd00::9:2"));
  }

  private void add(Kind kind) {
    services.add(service(kind, Protocol.TCP, TCP_PORT, 8080));
    services.add(service(kind, Protocol.UDP, UDP_PORT, 5353));
    services.add(service(kind, Protocol.SCTP, SCTP_PORT, 3868));
  }

  private World.VirtualService service(Kind kind, int protocol, int port, int serverPort) {
    boolean maps = kind.method() == Method.NAT || kind.method() == Method.FULLNAT;
    List<World.RealServer> ring = new ArrayList<>();
    ring.add(server(kind, maps ? serverPort : 0, lab.inside, 0));
    ring.add(server(kind, maps ? serverPort : 0, lab.uplink, 42));
    List<InetAddress> locals = kind.method() == Method.FULLNAT ? localAddresses(kind.version()) : List.of();
    return new World.VirtualService(services.size(), vip(kind), port, protocol, ring, locals);
  }

  private World.RealServer server(Kind kind, int port, int ifindex, int tag) {
    int slot = servers++;
    boolean inside = ifindex == lab.inside;
    byte[] mac = Bytes.unhex("02000000ff00");
    mac[5] = (byte) slot;
    World.Hop hop = new World.Hop(mac, inside ? Lab.INSIDE_MAC : Lab.UPLINK_MAC, ifindex, mtu, tag, true);
    int version = kind.tunnel() == null ? kind.version() : kind.outerVersion();
    InetAddress address =
        Bytes.address(version == 4 ? "10.0.1." + (slot + 1) : "fd00::1:" + Integer.toHexString(slot + 1));
    InetAddress director = Bytes.address(version == 4 ? "10.0.0.1" : "fd00::1");
    boolean tunnelled = kind.tunnel() != null;
    return new World.RealServer(slot, address, port, kind.method(), hop, kind.tunnel(), kind.checksum(),
        kind.tunnel() == Tunnel.GUE ? GUE_PORT : 0, tunnelled ? director : null);
  }
}
