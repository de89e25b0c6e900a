// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

/** How the harness numbers flows: the upper bits of a flow are added to an address, the lower ones to a port. */
final class Flows {
  /** Port of flow 0; mirrors FIRST_PORT of harness.h. */
  static final int FIRST_PORT = 16384;

  /** How many bits of a flow's number choose its port; mirrors PORT_BITS of harness.h. */
  static final int PORT_BITS = 14;

  private Flows() {}

  /** What a flow adds to the last word of the address. */
  static int addressStep(int flow) {
    return flow >>> PORT_BITS;
  }

  /** The flow that a harness sends after this one, of so many: next_flow() of harness.h. */
  static int next(int flow, int flows) {
    return flow * 1664525 + 1013904223 & flows - 1;
  }

  static int port(int flow) {
    return FIRST_PORT + (flow & (1 << PORT_BITS) - 1);
  }
}
