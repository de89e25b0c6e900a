// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

/**
 * What the data plane must do with one packet.
 *
 * @param verdict what it returns
 * @param reason lower-case name of the reason that must be counted, or null: none may be
 * @param reasonRequired whether it must be counted, or may be
 * @param packet the frame that must come out; null: none does
 * @param server slot whose counters must change, or -1
 * @param inbound whether its in counters change, else its out counters
 * @param bytes by how much, from the IP header on
 * @param newConnection whether the packet opens a connection
 */
record Expectation(
    Verdict verdict,
    String reason,
    boolean reasonRequired,
    byte[] packet,
    int server,
    boolean inbound,
    int bytes,
    boolean newConnection) {

  /** What becomes of a packet. */
  enum Verdict {
    DROP,
    PASS,
    TX,
    REDIRECT
  }

  static Expectation pass(byte[] frame, String reason) {
    return new Expectation(Verdict.PASS, reason, true, frame, -1, false, 0, false);
  }

  static Expectation drop(String reason) {
    return new Expectation(Verdict.DROP, reason, true, null, -1, false, 0, false);
  }

  /** The data plane itself answers the sender. */
  static Expectation answer(Hook hook, byte[] frame, String reason) {
    return new Expectation(hook.answer(), reason, true, frame, -1, false, 0, false);
  }

  /** Out of another interface, or back through the one it came from. */
  static Expectation forward(Hook hook, int ingress, World.Hop hop, byte[] packet) {
    return new Expectation(
        hook.towards(hop, ingress), null, true, hook.link(hop).wrap(packet), -1, false, 0, false);
  }

  Expectation counted(World.RealServer countedServer, boolean in, int packetBytes, boolean isNew) {
    return new Expectation(verdict, reason, reasonRequired, packet, countedServer.index(), in, packetBytes, isNew);
  }

  Expectation because(String newReason) {
    return new Expectation(verdict, newReason, reasonRequired, packet, server, inbound, bytes, newConnection);
  }

  Expectation reasonRequired(boolean required) {
    return new Expectation(verdict, reason, required, packet, server, inbound, bytes, newConnection);
  }
}
