// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

/** Encapsulations beside plain IP-in-IP: GRE (RFC 2784) and GUE (draft-ietf-intarea-gue, variant 0). */
final class Tunnels {

  private Tunnels() {}

  static Layer gre(int innerVersion, byte[] inner, boolean withChecksum) {
    byte[] header = new byte[withChecksum ? 8 : 4];
    Bytes.put16(header, 0, withChecksum ? 0x8000 : 0);
    Bytes.put16(header, 2, innerVersion == 4 ? Protocol.ETHERTYPE_IPV4 : Protocol.ETHERTYPE_IPV6);
    byte[] whole = Bytes.concat(header, inner);
    if (withChecksum) {
      Bytes.put16(whole, 4, Checksum.complement(Checksum.sum(whole, 0, whole.length)));
    }
    return Layer.raw(Protocol.GRE, whole);
  }

  static Layer gue(int sourcePort, int destinationPort, int innerProtocol, byte[] inner, boolean withChecksum) {
    byte[] header = {0, (byte) innerProtocol, 0, 0};
    return new Udp(sourcePort, destinationPort, Bytes.concat(header, inner), withChecksum);
  }
}
