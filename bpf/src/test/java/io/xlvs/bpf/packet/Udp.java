// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.net.InetAddress;

/** A UDP datagram, with its checksum or with zero, which means none. */
final class Udp implements Layer {
  private final int sourcePort;
  private final int destinationPort;
  private final byte[] payload;
  private final boolean withChecksum;

  Udp(int sourcePort, int destinationPort, byte[] payload, boolean withChecksum) {
    this.sourcePort = sourcePort;
    this.destinationPort = destinationPort;
    this.payload = payload;
    this.withChecksum = withChecksum;
  }

  @Override
  public int protocol() {
    return Protocol.UDP;
  }

  @Override
  public byte[] encode(InetAddress source, InetAddress destination) {
    byte[] header = new byte[8];
    byte[] datagram = Bytes.concat(header, payload);
    Bytes.put16(datagram, 0, sourcePort);
    Bytes.put16(datagram, 2, destinationPort);
    Bytes.put16(datagram, 4, datagram.length);
    if (withChecksum) {
      long sum = Checksum.pseudoHeader(source.getAddress(), destination.getAddress(), Protocol.UDP,
          datagram.length);
      Bytes.put16(datagram, 6, Checksum.udp(sum + Checksum.sum(datagram, 0, datagram.length)));
    }
    return datagram;
  }
}
