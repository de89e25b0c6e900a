// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Changes an IP packet field by field. {@link #finish()} then sums everything anew. A checksum that was right becomes
 * right for the changed packet; one that was wrong stays wrong by the same amount, since a forwarder must not repair
 * what the line damaged.
 */
final class Edit {
  private static final int CORRECT = 0xffff;
  private static final int NOP = 1;
  private static final int MSS = 2;
  private static final int TOA = 254;

  private byte[] packet;
  private Headers headers;
  private final int headerSum;
  private final int transportSum;
  private final boolean hasTransportSum;
  private final int crcDamage;
  private boolean transportChanged;

  /** Where the first TOA option of each length was that {@link #removeToa} took out. */
  private final Map<Integer, Integer> removed = new HashMap<>();

  /**
   * @param packet an IP packet from its header to its end; not changed
   */
  Edit(byte[] packet) throws MalformedPacketException {
    this.packet = packet.clone();
    headers = Headers.ofIp(this.packet);
    headerSum = headers.version() == 4 ? headers.headerSum() : 0;
    int field = headers.transportChecksum();
    boolean none = headers.protocol() == Protocol.UDP && field > 0 && Bytes.u16(packet, field) == 0;
    hasTransportSum = field > 0 && !none;
    transportSum = hasTransportSum ? headers.transportSum() : 0;
    crcDamage = hasCrc() ? Sctp.damage(packet, headers.transport(), headers.ipEnd()) : 0;
  }

  /**
   * The same packet with checksums as wrong as these were.
   *
   * @param wantedHeaderSum sum over the IPv4 header, 0xffff for a right one
   * @param wantedTransportSum sum over what the transport's checksum covers
   */
  static byte[] damage(byte[] packet, int wantedHeaderSum, int wantedTransportSum) throws MalformedPacketException {
    Headers headers = Headers.ofIp(packet);
    byte[] damaged = packet.clone();
    if (headers.version() == 4 && wantedHeaderSum != CORRECT) {
      Bytes.put16(damaged, 10, 0);
      Bytes.put16(damaged, 10, checksum(wantedHeaderSum, Headers.ofIp(damaged).headerSum()));
    }
    int field = headers.transportChecksum();
    if (wantedTransportSum != CORRECT) {
      Bytes.put16(damaged, field, 0);
      Bytes.put16(damaged, field, checksum(wantedTransportSum, Headers.ofIp(damaged).transportSum()));
    }
    return damaged;
  }

  Headers headers() {
    return headers;
  }

  Edit decrementTimeToLive() {
    int at = headers.ip() + (headers.version() == 4 ? 8 : 7);
    Bytes.put8(packet, at, Bytes.u8(packet, at) - 1);
    return this;
  }

  Edit source(InetAddress address) {
    return address(address, headers.version() == 4 ? 12 : 8);
  }

  Edit destination(InetAddress address) {
    return address(address, headers.version() == 4 ? 16 : 24);
  }

  private Edit address(InetAddress address, int offset) {
    Bytes.put(packet, headers.ip() + offset, address.getAddress());
    // ICMP's checksum, unlike ICMPv6's, does not cover the addresses.
    transportChanged |= headers.protocol() != Protocol.ICMP;
    return this;
  }

  /** Changes the source port where this packet has one: later fragments do not. */
  Edit sourcePort(int port) {
    return port(port, 0);
  }

  Edit destinationPort(int port) {
    return port(port, 2);
  }

  private Edit port(int port, int offset) {
    if (headers.fragmentOffset() == 0) {
      Bytes.put16(packet, headers.transport() + offset, port);
      transportChanged = true;
    }
    return this;
  }

  /** Replaces what lies behind the fixed part of an ICMP header, at the same length. */
  Edit icmpBody(byte[] body) {
    Bytes.put(packet, headers.transport() + 8, body);
    transportChanged = true;
    return this;
  }

  /**
   * Overwrites every TOA option by NOPs: only the director may say who the client is.
   *
   * @param anyLength also options of that kind which are none by their length
   */
  Edit removeToa(boolean anyLength) {
    forEachOption(
        (at, kind, length) -> {
          if (kind == TOA && (anyLength || length == 8 || length == 20)) {
            removed.putIfAbsent(length, at);
            for (int n = 0; n < length; n++) {
              Bytes.put8(packet, at + n, NOP);
            }
            transportChanged = true;
          }
        });
    return this;
  }

  /** Puts an option where the first removed one that is long enough was; false if there was none. */
  boolean replaceRemovedToa(byte[] option) {
    OptionalInt place =
        removed.entrySet().stream().filter(one -> one.getKey() >= option.length).mapToInt(Map.Entry::getValue).min();
    place.ifPresent(at -> Bytes.put(packet, at, option));
    return place.isPresent();
  }

  /** Puts an option directly behind TCP's fixed header. */
  Edit insertOption(byte[] option) throws MalformedPacketException {
    int at = headers.transport() + 20;
    packet = Bytes.concat(Bytes.slice(packet, 0, at), option, Bytes.slice(packet, at, packet.length));
    int lengthAt = headers.version() == 4 ? 2 : 4;
    Bytes.put16(packet, lengthAt, Bytes.u16(packet, lengthAt) + option.length);
    int offsetAt = headers.transport() + 12;
    Bytes.put8(packet, offsetAt, Bytes.u8(packet, offsetAt) + (option.length / 4 << 4));
    headers = Headers.ofIp(packet);
    transportChanged = true;
    return this;
  }

  /** Lowers the MSS option, if there is one, to at most {@code ceiling}, less {@code reserve}. */
  Edit lowerMss(int ceiling, int reserve) {
    forEachOption(
        (at, kind, length) -> {
          if (kind == MSS && length == 4) {
            int mss = Bytes.u16(packet, at + 2);
            Bytes.put16(packet, at + 2, Math.min(mss, ceiling) - reserve);
            transportChanged = true;
          }
        });
    return this;
  }

  private interface OptionVisitor {
    void visit(int at, int kind, int length);
  }

  private void forEachOption(OptionVisitor visitor) {
    int end = headers.transport() + headers.tcpHeaderLength();
    int at = headers.transport() + 20;
    while (at < end) {
      int kind = Bytes.u8(packet, at);
      if (kind == 0) {
        return;
      }
      if (kind == NOP) {
        at++;
        continue;
      }
      if (at + 2 > end) {
        return;
      }
      int length = Bytes.u8(packet, at + 1);
      if (length < 2 || at + length > end) {
        return;
      }
      visitor.visit(at, kind, length);
      at += length;
    }
  }

  /** A whole SCTP packet: its checksum, a CRC, covers neither addresses nor anything else of IP. */
  private boolean hasCrc() {
    return headers.protocol() == Protocol.SCTP && !headers.isFragment();
  }

  /** The changed packet with its checksums. */
  byte[] finish() {
    if (headers.version() == 4) {
      int at = headers.ip() + 10;
      Bytes.put16(packet, at, 0);
      Bytes.put16(packet, at, checksum(headerSum, headers.headerSum()));
    }
    if (hasCrc()) {
      Sctp.putChecksum(packet, headers.transport(), headers.ipEnd(), crcDamage);
    }
    if (transportChanged && hasTransportSum) {
      int at = headers.transportChecksum();
      Bytes.put16(packet, at, 0);
      int checksum = checksum(transportSum, headers.transportSum());
      Bytes.put16(packet, at, checksum == 0 && headers.protocol() == Protocol.UDP ? 0xffff : checksum);
    }
    return packet;
  }

  /** The field's value that makes the sum over the packet {@code wanted} again. */
  private static int checksum(int wanted, int sumWithoutField) {
    int complement = Checksum.complement(sumWithoutField);
    if (wanted == CORRECT) {
      return complement;
    }
    int value = Checksum.fold((long) wanted + complement);
    return value == 0xffff ? 0 : value;
  }
}
