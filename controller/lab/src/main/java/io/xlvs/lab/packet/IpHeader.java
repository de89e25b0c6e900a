// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.packet;

import java.util.Arrays;

/** What goes in front of a payload, and the untruths that a header can tell. */
final class IpHeader {
  private static final int V4_BYTES = 20;
  private static final int V6_BYTES = 40;
  private static final int MORE_FRAGMENTS = 0x2000;

  int ttl;
  int tos;
  int id;
  boolean dontFragment;
  byte[] options = {};
  int claimedHeader = -1;
  int claimedLength = -1;
  boolean badSum;

  IpHeader(int ttl) {
    this.ttl = ttl;
  }

  byte[] wrap(byte[] source, byte[] destination, int protocol, byte[] payload) {
    return source.length == 4 ? v4(source, destination, protocol, payload, dontFragment ? 0x4000 : 0) : v6(source, destination, protocol, payload);
  }

  /** A fragment: these bytes of the payload, the last one if nothing is behind them. */
  byte[] wrapPiece(byte[] source, byte[] destination, int protocol, byte[] payload, int from, int to) {
    byte[] piece = Arrays.copyOfRange(payload, from, to);
    boolean more = to < payload.length;
    if (source.length == 4) {
      return v4(source, destination, protocol, piece, from / 8 | (more ? MORE_FRAGMENTS : 0));
    }
    byte[] fragment = new byte[8];
    fragment[0] = (byte) protocol;
    Octets.put16(fragment, 2, from | (more ? 1 : 0));
    Octets.put32(fragment, 4, id);
    return v6(source, destination, Protocol.FRAGMENT, Octets.join(fragment, piece));
  }

  private byte[] v4(byte[] source, byte[] destination, int protocol, byte[] payload, int fragment) {
    int bytes = V4_BYTES + options.length;
    byte[] header = new byte[V4_BYTES];
    header[0] = (byte) (4 << 4 | (claimedHeader < 0 ? bytes : claimedHeader) / 4);
    header[1] = (byte) tos;
    Octets.put16(header, 2, claimedLength < 0 ? bytes + payload.length : claimedLength);
    Octets.put16(header, 4, id);
    Octets.put16(header, 6, fragment);
    header[8] = (byte) ttl;
    header[9] = (byte) protocol;
    System.arraycopy(source, 0, header, 12, 4);
    System.arraycopy(destination, 0, header, 16, 4);
    Octets.put16(header, 10, ~Octets.sum(header, options) & 0xffff ^ (badSum ? 0x0101 : 0));
    return Octets.join(header, options, payload);
  }

  private byte[] v6(byte[] source, byte[] destination, int protocol, byte[] payload) {
    byte[] header = new byte[V6_BYTES - source.length - destination.length];
    Octets.put16(header, 0, 6 << 12 | tos << 4);
    Octets.put16(header, 4, claimedLength < 0 ? payload.length : claimedLength);
    header[6] = (byte) protocol;
    header[7] = (byte) ttl;
    return Octets.join(header, source, destination, payload);
  }
}
