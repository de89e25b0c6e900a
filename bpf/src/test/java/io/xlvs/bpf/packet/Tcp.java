// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.net.InetAddress;
import java.util.Arrays;

/** A TCP segment. */
final class Tcp implements Layer {
  static final int FIN = 1;
  static final int SYN = 2;
  static final int RST = 4;
  static final int PSH = 8;
  static final int ACK = 16;

  private static final int FIXED_HEADER = 20;

  private final int sourcePort;
  private final int destinationPort;
  private final int flags;
  private long sequence = 0x1000;
  private long acknowledgement;
  private int window = 0xfaf0;
  private int urgent;
  private byte[] options = new byte[0];
  private byte[] payload = new byte[0];

  Tcp(int sourcePort, int destinationPort, int flags) {
    this.sourcePort = sourcePort;
    this.destinationPort = destinationPort;
    this.flags = flags;
  }

  Tcp numbers(long newSequence, long newAcknowledgement) {
    sequence = newSequence;
    acknowledgement = newAcknowledgement;
    return this;
  }

  Tcp window(int newWindow, int newUrgent) {
    window = newWindow;
    urgent = newUrgent;
    return this;
  }

  /** Options in this order, filled up with end-of-list bytes to a multiple of four; at most 40 bytes. */
  Tcp options(byte[]... list) {
    byte[] joined = Bytes.concat(list);
    options = Arrays.copyOf(joined, (joined.length + 3) / 4 * 4);
    if (options.length > 40) {
      throw new IllegalArgumentException("TCP options of " + options.length + " bytes do not fit");
    }
    return this;
  }

  Tcp payload(byte[] bytes) {
    payload = bytes;
    return this;
  }

  @Override
  public int protocol() {
    return Protocol.TCP;
  }

  @Override
  public byte[] encode(InetAddress source, InetAddress destination) {
    byte[] header = new byte[FIXED_HEADER];
    Bytes.put16(header, 0, sourcePort);
    Bytes.put16(header, 2, destinationPort);
    Bytes.put32(header, 4, sequence);
    Bytes.put32(header, 8, acknowledgement);
    Bytes.put8(header, 12, (FIXED_HEADER + options.length) / 4 << 4);
    Bytes.put8(header, 13, flags);
    Bytes.put16(header, 14, window);
    Bytes.put16(header, 18, urgent);
    byte[] segment = Bytes.concat(header, options, payload);
    long sum = Checksum.pseudoHeader(source.getAddress(), destination.getAddress(), Protocol.TCP, segment.length);
    Bytes.put16(segment, 16, Checksum.complement(sum + Checksum.sum(segment, 0, segment.length)));
    return segment;
  }

  static byte[] mss(int bytes) {
    return new byte[] {2, 4, (byte) (bytes >> 8), (byte) bytes};
  }

  static byte[] windowScale(int shift) {
    return new byte[] {3, 3, (byte) shift};
  }

  static byte[] sackPermitted() {
    return new byte[] {4, 2};
  }

  static byte[] sack(long left, long right) {
    byte[] option = new byte[10];
    option[0] = 5;
    option[1] = 10;
    Bytes.put32(option, 2, left);
    Bytes.put32(option, 6, right);
    return option;
  }

  static byte[] timestamps(long value, long echo) {
    byte[] option = new byte[10];
    option[0] = 8;
    option[1] = 10;
    Bytes.put32(option, 2, value);
    Bytes.put32(option, 6, echo);
    return option;
  }

  static byte[] nop() {
    return new byte[] {1};
  }

  /** TOA: kind 254, 8 or 20 bytes: port, then the address, in network order. */
  static byte[] toa(InetAddress client, int port) {
    byte[] address = client.getAddress();
    byte[] option = new byte[4 + address.length];
    option[0] = (byte) 254;
    option[1] = (byte) option.length;
    Bytes.put16(option, 2, port);
    Bytes.put(option, 4, address);
    return option;
  }
}
