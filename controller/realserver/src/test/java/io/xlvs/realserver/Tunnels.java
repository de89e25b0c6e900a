// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import io.xlvs.loader.CollectionSpec;
import java.util.Arrays;

/** Settings of the program that stands in for a director in TUN. */
final class Tunnels {
  private Tunnels() {}

  /** Puts what goes to the test bed's VIPs into a tunnel from the client to the server. */
  static CollectionSpec spec(Tunnel tunnel, boolean outerIpv6) {
    CollectionSpec spec = TestBed.directorSpec();
    spec.variable("carry").set(tunnel.ordinal());
    spec.variable("outer_version").set(outerIpv6 ? 6 : 4);
    spec.variable("outer_source").set(bytes(outerIpv6 ? TestBed.CLIENT_IPV6 : TestBed.CLIENT_IPV4));
    spec.variable("outer_destination").set(bytes(outerIpv6 ? TestBed.SERVER_IPV6 : TestBed.SERVER_IPV4));
    spec.variable("vip4").set(Literals.address("vip", TestBed.VIP_IPV4).getAddress());
    spec.variable("vip6").set(bytes(TestBed.VIP_IPV6));
    return spec;
  }

  /** 16 bytes; IPv4 in the first four. */
  private static byte[] bytes(String address) {
    return Arrays.copyOf(Literals.address("address", address).getAddress(), 16);
  }
}
