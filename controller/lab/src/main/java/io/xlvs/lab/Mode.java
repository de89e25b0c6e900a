// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import io.xlvs.v1.ForwardingMethod;

/** The four forwarding methods, each with a virtual service of its own in the lab. */
public enum Mode {
  NAT(ForwardingMethod.FORWARDING_METHOD_NAT, 100, 8080, 9090),
  DR(ForwardingMethod.FORWARDING_METHOD_DR, 101, 80, 9000),
  TUN(ForwardingMethod.FORWARDING_METHOD_TUN, 102, 80, 9000),
  FULLNAT(ForwardingMethod.FORWARDING_METHOD_FULLNAT, 103, 8080, 9090);

  /** Of every mode's TCP service. */
  public static final int HTTP_PORT = 80;

  /** Of every mode's UDP service. */
  public static final int ECHO_PORT = 9000;

  private final ForwardingMethod method;
  private final int host;
  private final int serverHttpPort;
  private final int serverEchoPort;

  Mode(ForwardingMethod method, int host, int serverHttpPort, int serverEchoPort) {
    this.method = method;
    this.host = host;
    this.serverHttpPort = serverHttpPort;
    this.serverEchoPort = serverEchoPort;
  }

  /** As the API has it. */
  public ForwardingMethod method() {
    return method;
  }

  /** The virtual address. */
  public String vip(Family family) {
    return family.front(host);
  }

  /** Where its real servers serve HTTP. */
  public int serverHttpPort() {
    return serverHttpPort;
  }

  /** Where its real servers echo datagrams. */
  public int serverEchoPort() {
    return serverEchoPort;
  }

  /** Whether real servers answer clients themselves. */
  public boolean repliesDirectly() {
    return this == DR || this == TUN;
  }
}
