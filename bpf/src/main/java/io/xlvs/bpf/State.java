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
  UDP(11),

  /** No packet has decided the state yet. */
  SCTP_NONE(16),

  /** The client's first INIT was forwarded. */
  SCTP_INIT1(17),

  /** Another INIT of the client. */
  SCTP_INIT(18),

  /** The server's INIT ACK. */
  SCTP_COOKIE_SENT(19),

  /** The client's COOKIE ECHO. */
  SCTP_COOKIE_REPLIED(20),

  /** The server has opened: its INIT. */
  SCTP_COOKIE_WAIT(21),

  /** The client's INIT ACK. */
  SCTP_COOKIE(22),

  /** The server's COOKIE ECHO. */
  SCTP_COOKIE_ECHOED(23),

  /** The association stands. */
  SCTP_ESTABLISHED(24),

  /** The server closes. */
  SCTP_SHUTDOWN_SENT(25),

  /** The client closes. */
  SCTP_SHUTDOWN_RECEIVED(26),

  /** The server has agreed to close. */
  SCTP_SHUTDOWN_ACK_SENT(27),

  /** The first INIT was answered by an ABORT. */
  SCTP_REJECTED(28),

  /** Closed or aborted. */
  SCTP_CLOSED(29);

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
