// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

/** How the harness numbers flows: the upper bits of a flow are added to an address, the lower ones to a port. */
final class Flows {
  /** Port of flow 0; mirrors FIRST_PORT of harness.bpf.c. */
  static final int FIRST_PORT = 16384;

  private static final int PORT_BITS = 14;

  private Flows() {}

  /** What a flow adds to the last word of the address. */
  static int addressStep(int flow) {
    return flow >>> PORT_BITS;
  }

  static int port(int flow) {
    return FIRST_PORT + (flow & (1 << PORT_BITS) - 1);
  }
}
