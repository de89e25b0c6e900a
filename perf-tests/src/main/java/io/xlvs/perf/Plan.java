// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.WireAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The addresses of a measurement: one service with one real server for each method, family and transport.
 *
 * @param index of the service, and of its server's slot
 */
record Plan(Method method, Family family, Transport transport, int index) {
  /** Local addresses of a FULLNAT service at least: those of a million flows. */
  private static final int LOCAL_ADDRESSES = 64;

  /** Between the first local addresses of two services: those of 16 million flows. */
  private static final int LOCAL_STRIDE = 1024;

  private static final int VIP = 1;
  private static final int SERVER = 2;
  private static final int LOCAL = 3;
  private static final int CLIENT = 4;
  private static final int DIRECTOR = 5;
  private static final int SERVICE_PORT = 80;

  /** All of them. */
  static List<Plan> all() {
    List<Plan> plans = new ArrayList<>();
    for (Method method : Method.values()) {
      for (Family family : Family.values()) {
        for (Transport transport : Transport.values()) {
          plans.add(new Plan(method, family, transport, plans.size()));
        }
      }
    }
    return plans;
  }

  static Plan of(Method method, Family family, Transport transport) {
    return all().stream()
        .filter(plan -> plan.method == method && plan.family == family && plan.transport == transport)
        .findFirst()
        .orElseThrow();
  }

  byte[] vip() {
    return address(VIP, index);
  }

  byte[] server() {
    return address(SERVER, index);
  }

  byte[] director() {
    return address(DIRECTOR, 0);
  }

  byte[] client(int flow) {
    return address(CLIENT, Flows.addressStep(flow));
  }

  /** How many a FULLNAT service wants for so many flows. */
  static int localAddresses(int flows) {
    return Math.max(LOCAL_ADDRESSES, Flows.addressStep(flows - 1) + 1);
  }

  byte[] local(int flow) {
    return address(LOCAL, index * LOCAL_STRIDE + Flows.addressStep(flow));
  }

  int servicePort() {
    return SERVICE_PORT;
  }

  /** DR and TUN cannot map ports. */
  int serverPort() {
    return translates() ? 8080 : SERVICE_PORT;
  }

  boolean translates() {
    return method == Method.NAT || method == Method.FULLNAT;
  }

  /** An address as tools print and read it. */
  static String text(byte[] address) {
    try {
      return InetAddress.getByAddress(address).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an address of " + address.length + " bytes", e);
    }
  }

  static WireAddress wire(byte[] address) {
    return WireAddress.of(address);
  }

  /** 10.net.0.0/16 or fd00::net:0:0. */
  private byte[] address(int net, int host) {
    if (family == Family.IPV4) {
      return ByteBuffer.allocate(4).putInt(10 << 24 | net << 16 | host).array();
    }
    return ByteBuffer.allocate(16).putLong(0xfd00L << 48).putInt(net).putInt(host).array();
  }
}
