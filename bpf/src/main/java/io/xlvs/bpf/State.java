// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** Connection states under IPVS's names and numbers: {@code enum xlvs_state}. */
public enum State implements AbiConstant {
  /** No packet has decided the state yet. */
  NONE(0),

  /** Both sides have sent. */
  ESTABLISHED(1),

  /** The server has opened. */
  SYN_SENT(2),

  /** The client's SYN was forwarded. */
  SYN_RECV(3),

  /** One side has closed. */
  FIN_WAIT(4),

  /** Both sides have closed. */
  TIME_WAIT(5),

  /** Reset. */
  CLOSE(6),

  /** The client has closed. */
  CLOSE_WAIT(7),

  /** The last acknowledgement is awaited. */
  LAST_ACK(8),

  /** The server waits for a client. */
  LISTEN(9),

  /** SYN proxy (unused, kept for IPVS's numbering). */
  SYNACK(10),

  /** Datagrams. */
  UDP(11);

  private static final State[] VALUES = values();

  private final int value;

  State(int value) {
    this.value = value;
  }

  @Override
  public int value() {
    return value;
  }

  /** The constant with this number; an unknown number means that the map was written by something else. */
  public static State of(int value) {
    for (State constant : VALUES) {
      if (constant.value == value) {
        return constant;
      }
    }
    throw new IllegalArgumentException("no such connection state: " + value);
  }
}
