// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import io.xlvs.loader.net.NetDevices;
import io.xlvs.loader.net.NetNs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A network namespace without a name, with neighbours that never expire and routes to every client. The thread that makes it
 * stays in it until {@link #close()}; the namespace ends with it.
 *
 * <p>Packets come and go through {@code uplink} and {@code inside}. {@code tagged} and {@code narrow} stand for VLANs of the
 * uplink: the data plane knows a VLAN by its index and its entry in the map of devices, and not every kernel has 8021q.
 */
final class Lab implements AutoCloseable {
  static final byte[] UPLINK_MAC = Bytes.unhex("020000000101");
  static final byte[] INSIDE_MAC = Bytes.unhex("020000000102");
  static final byte[] GATEWAY_MAC = Bytes.unhex("0200000001fe");
  static final byte[] TAGGED_GATEWAY_MAC = Bytes.unhex("0200000001fd");
  static final byte[] NARROW_GATEWAY_MAC = Bytes.unhex("0200000001fc");

  static final int CLIENT_TAG = 7;
  static final int NARROW_TAG = 8;
  static final int NARROW_MTU = 1300;
  static final int JUMBO_MTU = 9000;

  private static final String SETUP =
      """
      link set lo up
      link add uplink address 02:00:00:00:01:01 mtu 9000 type veth peer name far0
      link add inside address 02:00:00:00:01:02 mtu 9000 type veth peer name far1
      link set far0 up
      link set far1 up
      link set uplink up
      link set inside up
      link add tagged address 02:00:00:00:01:01 mtu 9000 type veth peer name far2
      link set far2 up
      link set tagged up
      link add narrow address 02:00:00:00:01:01 mtu 1300 type veth peer name far3
      link set far3 up
      link set narrow up
      address add 172.16.0.1/24 dev uplink
      address add 172.16.7.1/24 dev tagged
      address add 172.16.8.1/24 dev narrow
      address add 10.0.0.1/16 dev inside
      address add 2001:db8:f0::1/64 dev uplink nodad
      address add 2001:db8:f7::1/64 dev tagged nodad
      address add 2001:db8:f8::1/64 dev narrow nodad
      address add fd00::1/64 dev inside nodad
      neigh add 172.16.0.254 lladdr 02:00:00:00:01:fe dev uplink nud permanent
      neigh add 172.16.7.254 lladdr 02:00:00:00:01:fd dev tagged nud permanent
      neigh add 172.16.8.254 lladdr 02:00:00:00:01:fc dev narrow nud permanent
      neigh add 2001:db8:f0::fe lladdr 02:00:00:00:01:fe dev uplink nud permanent
      neigh add 2001:db8:f7::fe lladdr 02:00:00:00:01:fd dev tagged nud permanent
      neigh add 2001:db8:f8::fe lladdr 02:00:00:00:01:fc dev narrow nud permanent
      route add default via 172.16.0.254
      route add 198.18.0.0/16 via 172.16.7.254
      route add 198.19.0.0/16 via 172.16.8.254
      route add default via 2001:db8:f0::fe
      route add 2001:db8:7::/48 via 2001:db8:f7::fe
      route add 2001:db8:8::/48 via 2001:db8:f8::fe
      """;

  private final NetNs namespace;
  final int uplink;
  final int inside;
  final int tagged;
  final int narrow;

  Lab() {
    namespace = NetNs.enterNew();
    try {
      run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward && echo 1 >/proc/sys/net/ipv6/conf/all/forwarding");
      ip(SETUP);
      uplink = NetDevices.indexOf("uplink");
      inside = NetDevices.indexOf("inside");
      tagged = NetDevices.indexOf("tagged");
      narrow = NetDevices.indexOf("narrow");
    } catch (RuntimeException e) {
      namespace.close();
      throw e;
    }
  }

  /** Where each client is reached, as the routing table above says. */
  List<World.ClientRoute> clientRoutes() {
    World.Hop plain = new World.Hop(GATEWAY_MAC, UPLINK_MAC, uplink, JUMBO_MTU, 0, true);
    World.Hop withTag = new World.Hop(TAGGED_GATEWAY_MAC, UPLINK_MAC, uplink, JUMBO_MTU, CLIENT_TAG, true);
    World.Hop narrowHop = new World.Hop(NARROW_GATEWAY_MAC, UPLINK_MAC, uplink, NARROW_MTU, NARROW_TAG, true);
    return List.of(
        new World.ClientRoute(4, new byte[] {(byte) 198, 18}, withTag),
        new World.ClientRoute(4, new byte[] {(byte) 198, 19}, narrowHop),
        new World.ClientRoute(6, Bytes.unhex("20010db80007"), withTag),
        new World.ClientRoute(6, Bytes.unhex("20010db80008"), narrowHop),
        new World.ClientRoute(4, new byte[0], plain),
        new World.ClientRoute(6, new byte[0], plain));
  }

  private static void ip(String lines) {
    run("sh", "-c", "ip -batch - <<'END'\n" + lines + "END\n");
  }

  private static void run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("cannot set up the lab (root, iproute2 and veth needed): " + output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command[0], e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while setting up the lab", e);
    }
  }

  @Override
  public void close() {
    namespace.close();
  }
}
