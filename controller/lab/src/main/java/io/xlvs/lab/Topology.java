// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.util.ArrayList;
import java.util.List;

/**
 * Namespaces and wires.
 *
 * <pre>
 *   client eth0 ---+                                 +--- eth0 rs1, rs2, rs3
 *                  +-- front -- eth0 director eth1 -- back
 *   rs* eth1 ------+      (both bridges are in "switch")
 * </pre>
 *
 * Real servers route to the client through the director (NAT), except for packets from the VIPs of DR and TUN, which leave by eth1.
 */
final class Topology {
  private static final int DIRECT_TABLE = 100;
  private static final String[] NO_STRICT_SOURCES = {"net/ipv4/conf/all/rp_filter=0", "net/ipv4/conf/default/rp_filter=0"};

  private final int mtu;
  private final boolean offload;
  private final boolean markInterface;
  private final Workspace workspace;
  private final Namespace client;
  private final Namespace director;
  private final Namespace bridges;
  private final List<Namespace> servers = new ArrayList<>();

  private Topology(Workspace workspace, LabOptions options) {
    this.workspace = workspace;
    mtu = options.mtu();
    offload = options.offload();
    markInterface = options.markInterface();
    bridges = workspace.namespace("switch");
    client = workspace.namespace("client");
    director = workspace.namespace("director");
    for (int number = 1; number <= Family.SERVERS; number++) {
      servers.add(workspace.namespace("rs" + number));
    }
  }

  /** Builds it; the workspace owns the namespaces. */
  static Topology create(Workspace workspace, LabOptions options) {
    Topology topology = new Topology(workspace, options);
    int mtu = options.mtu();
    topology.bridges.ip("link add front mtu " + mtu + " type bridge", "link add back mtu " + mtu + " type bridge", "link set front up", "link set back up");
    topology.wireClient();
    topology.wireDirector();
    for (int number = 1; number <= Family.SERVERS; number++) {
      topology.wireServer(number);
    }
    topology.awaitAddresses();
    return topology;
  }

  Namespace client() {
    return client;
  }

  Namespace director() {
    return director;
  }

  /** Where the bridges are, and the far ends of every wire. */
  Namespace bridges() {
    return bridges;
  }

  /** Number 1..{@value Family#SERVERS}. */
  Namespace server(int number) {
    return servers.get(number - 1);
  }

  /**
   * One host more, wired as the director is, but without VIPs: for balancers that are not xlvs.
   *
   * @param number its address in the front and in the back network
   */
  Namespace addHost(String role, int number) {
    Namespace host = workspace.namespace(role);
    host.sysctl(NO_STRICT_SOURCES);
    wire(host, "eth0", "front", role + "-front");
    wire(host, "eth1", "back", role + "-back");
    host.ip(address(Family.IPV4.front(number), Family.IPV4.prefixLength(), "eth0"),
        address(Family.IPV4.back(number), Family.IPV4.prefixLength(), "eth1"));
    return host;
  }

  /** A veth from a namespace's device to a port of a bridge. */
  private void wire(Namespace host, String device, String bridge, String port) {
    bridges.ip("link add " + port + " mtu " + mtu + " type veth peer name " + device + " mtu " + mtu + " netns " + host.name(),
        "link set " + port + " master " + bridge, "link set " + port + " up");
    host.ip("link set " + device + " up");
  }

  private void wireClient() {
    client.sysctl(NO_STRICT_SOURCES);
    client.sysctl("net/ipv4/ip_local_port_range=" + LocalPorts.EPHEMERAL_RANGE);
    wire(client, "eth0", "front", "client");
    plainFrames(client, "eth0");
    List<String> lines = new ArrayList<>();
    for (Family family : Family.values()) {
      lines.add(address(family.client(), family.prefixLength(), "eth0"));
      lines.add("route add " + family.backNetwork() + " via " + family.directorFront());
    }
    client.ip(lines.toArray(String[]::new));
  }

  private void wireDirector() {
    director.sysctl(NO_STRICT_SOURCES);
    director.sysctl("net/ipv4/ip_forward=1", "net/ipv6/conf/all/forwarding=1");
    wire(director, "eth0", "front", "director-front");
    wire(director, "eth1", "back", "director-back");
    for (String port : List.of("director-front", "director-back")) {
      // A veth takes frames that XDP sends to it only where its own end polls (NAPI), which GRO switches on.
      bridges.run("ethtool", "-K", port, "gro", "on");
    }
    List<String> lines = new ArrayList<>();
    for (Family family : Family.values()) {
      lines.add(address(family.directorFront(), family.prefixLength(), "eth0"));
      lines.add(address(family.directorBack(), family.prefixLength(), "eth1"));
      for (Mode mode : Mode.values()) {
        lines.add(service(mode.vip(family), family, "eth0"));
      }
      for (String local : family.localAddresses()) {
        lines.add(service(local, family, "eth1"));
      }
    }
    if (markInterface) {
      lines.add("link add " + LabOptions.MARK_DEVICE + " mtu " + mtu + " type veth peer name " + LabOptions.MARK_INTERFACE + " mtu " + mtu);
      lines.add("link set " + LabOptions.MARK_DEVICE + " arp off up");
      lines.add("link set " + LabOptions.MARK_INTERFACE + " arp off up");
    }
    director.ip(lines.toArray(String[]::new));
  }

  private void wireServer(int number) {
    Namespace server = server(number);
    server.sysctl(NO_STRICT_SOURCES);
    wire(server, "eth0", "back", "rs" + number + "-back");
    wire(server, "eth1", "front", "rs" + number + "-front");
    plainFrames(server, "eth0");
    plainFrames(server, "eth1");
    oneReceiver(number);
    // eth1 only sends: it neither answers for the VIPs nor names them when it asks for the client.
    server.sysctl("net/ipv4/conf/eth1/arp_ignore=1", "net/ipv4/conf/eth1/arp_announce=2");
    List<String> lines = new ArrayList<>();
    for (Family family : Family.values()) {
      lines.add(address(family.server(number), family.prefixLength(), "eth0"));
      lines.add(address(family.serverFront(number), family.prefixLength(), "eth1") + " noprefixroute");
      lines.add("route add " + family.frontNetwork() + " via " + family.directorBack() + " dev eth0");
      lines.add("route add " + family.frontNetwork() + " dev eth1 table " + DIRECT_TABLE);
      for (Mode mode : List.of(Mode.DR, Mode.TUN)) {
        lines.add((family == Family.IPV6 ? "-6 " : "") + "rule add from " + mode.vip(family) + " lookup " + DIRECT_TABLE);
      }
    }
    // A batch is of one family where lines do not tell: rules have no address family of their own.
    for (String line : lines) {
      server.run(("ip " + line).split(" "));
    }
  }

  private static String address(String address, int length, String device) {
    return "address add " + address + "/" + length + " dev " + device + (address.contains(":") ? " nodad" : "");
  }

  /** A VIP or LIP. The director must not choose one as source of its own packets, such as tunnels: IPv6 would take the newest address. */
  private static String service(String address, Family family, String device) {
    return address(address, family.hostLength(), device) + (family == Family.IPV6 ? " preferred_lft 0" : "");
  }

  /** On a wire there is neither a checksum left to be filled in nor a segment larger than the MTU; XDP relies on both. */
  private void plainFrames(Namespace host, String device) {
    if (offload) {
      return;
    }
    host.run("ethtool", "-K", device, "tx", "off", "tso", "off", "gso", "off");
  }

  /**
   * All that a server receives is one CPU's to process, as a network card's queues see to for each connection. By veth alone, segments of one
   * connection are processed by whatever CPU their sender runs on; where a handshake's last one is on one CPU and the request on another, kernels
   * before 6.19 may answer the request with a reset, between the removal of the half-open socket and the insertion of the full one
   * (inet_ehash_insert(), net/ipv4/inet_hashtables.c).
   */
  private void oneReceiver(int number) {
    int cpu = (number - 1) % Runtime.getRuntime().availableProcessors();
    // sysfs shows the namespace of who mounted it.
    Command.run(List.of("ip", "netns", "exec", server(number).name(), "sh", "-c",
        "echo " + Integer.toHexString(1 << cpu) + " > /sys/class/net/eth0/queues/rx-0/rps_cpus"));
  }

  private void awaitAddresses() {
    List<Namespace> hosts = new ArrayList<>(servers);
    hosts.add(client);
    hosts.add(director);
    for (Namespace host : hosts) {
      if (!Waiting.until(60, () -> host.run("ip", "-6", "address", "show", "tentative").isBlank())) {
        throw new LabException("IPv6 addresses in " + host.name() + " stay tentative");
      }
    }
  }
}
