// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Random;

/** Random but valid parts of packets: addresses, options, extension headers, VLAN tags, padding. */
final class RandomShape {
  private final Random random;
  private final Hook hook;

  RandomShape(Random random, Hook hook) {
    this.random = random;
    this.hook = hook;
  }

  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Up to that many random bytes; none quite often. */
  byte[] payload(int most) {
    return bytes(oneIn(4) ? 0 : random.nextInt(most));
  }

  /** An address that the routing table of {@link Lab} reaches by one of its ways. */
  InetAddress client(int version) {
    byte[] address = bytes(version == 4 ? 4 : 16);
    byte[][] prefixes = version == 4
        ? new byte[][] {{(byte) 203, 0, 113}, {8}, {100, 64}, {(byte) 198, 18}, {(byte) 198, 19}}
        : new byte[][] {Bytes.unhex("20010db8000c"), Bytes.unhex("2600"), Bytes.unhex("20010db80007"),
            Bytes.unhex("20010db80008")};
    Bytes.put(address, 0, prefixes[random.nextInt(prefixes.length)]);
    return Bytes.address(address, 0, address.length);
  }

  /** Options of a segment in the middle of a connection. */
  byte[] options() {
    return switch (random.nextInt(6)) {
      case 0 -> Bytes.concat(Tcp.nop(), Tcp.nop(), timestamps());
      case 1 -> Bytes.concat(Tcp.nop(), Tcp.nop(), Tcp.sack(random.nextInt(), random.nextInt()));
      case 2 -> Bytes.concat(forgedToa(4), timestamps(), forgedToa(4));
      case 3 -> Bytes.concat(Tcp.nop(), timestamps(), Tcp.nop(), Tcp.sack(1, 2), forgedToa(4), Tcp.sack(3, 4));
      case 4 -> forgedToa(6);
      default -> new byte[0];
    };
  }

  byte[] synOptions() {
    byte[] mss = Tcp.mss(536 + random.nextInt(9000));
    return switch (random.nextInt(5)) {
      case 0 -> mss;
      case 1 -> Bytes.concat(Tcp.nop(), Tcp.windowScale(7), mss, Tcp.sackPermitted(), timestamps());
      case 2 -> Bytes.concat(Tcp.sackPermitted(), timestamps(), Tcp.nop(), Tcp.windowScale(9), mss);
      case 3 -> Bytes.concat(Tcp.nop(), mss, forgedToa(4), Tcp.sackPermitted());
      default -> new byte[0];
    };
  }

  private byte[] timestamps() {
    return Tcp.timestamps(random.nextInt(), random.nextInt());
  }

  private byte[] forgedToa(int version) {
    return Tcp.toa(client(version), random.nextInt(65536));
  }

  /** Every field that a forwarder has to keep, options and extension headers. */
  Ip dress(Ip ip) {
    ip.trafficClass(random.nextInt(256)).timeToLive(2 + random.nextInt(254)).flowLabel(random.nextInt(1 << 20));
    ip.identification(random.nextInt(65536), !oneIn(4));
    if (ip.version() == 4 && oneIn(5)) {
      ip.options(options4());
    } else if (ip.version() == 6 && oneIn(5)) {
      extend(ip);
    }
    return ip;
  }

  private byte[] options4() {
    return switch (random.nextInt(4)) {
      case 0 -> new byte[] {(byte) 148, 4, 0, 0};
      case 1 -> new byte[] {1, 1, 1, 1};
      case 2 -> Bytes.concat(new byte[] {7, 39, 4}, new byte[36]);
      default -> Bytes.concat(new byte[] {68, 12, 5, 0}, new byte[8]);
    };
  }

  private void extend(Ip ip) {
    if (random.nextBoolean()) {
      ip.extension(Protocol.HOP_BY_HOP, new byte[] {5, 2, 0, 0, 1, 0});
    }
    if (random.nextBoolean()) {
      ip.extension(Protocol.DESTINATION, padN(6 + 8 * random.nextInt(5)));
    }
    if (random.nextBoolean()) {
      // Arrived: no segments left, so the addresses are the packet's true ends.
      ip.extension(Protocol.ROUTING, Bytes.concat(new byte[] {2, 0}, bytes(4 + 16)));
    }
    if (random.nextBoolean()) {
      // An atomic fragment: whole all the same (RFC 6946).
      ip.extension(Protocol.FRAGMENT, Bytes.concat(new byte[2], bytes(4)));
    }
  }

  private static byte[] padN(int length) {
    byte[] body = new byte[length];
    body[0] = 1;
    body[1] = (byte) (length - 2);
    return body;
  }

  byte[] frame(byte[] destination, byte[] source, byte[] ip) {
    int[] tags = new int[hook == Hook.XDP && oneIn(6) ? 1 + random.nextInt(2) : 0];
    Arrays.setAll(tags, n -> random.nextInt(65536));
    byte[] frame = new Ether(destination, source, tags).wrap(ip);
    return oneIn(8) ? Bytes.concat(frame, new byte[random.nextInt(20)]) : Ether.padded(frame);
  }

  /** What an error quotes: all, or cut behind the first 8 bytes of the transport header (RFC 792). */
  byte[] cutQuote(byte[] packet) {
    boolean v4 = packet[0] >> 4 == 4;
    int least = transport(packet) + 8;
    int most = Math.min(packet.length, v4 ? 548 : 1232);
    return Bytes.slice(packet, 0, oneIn(3) ? least : least + random.nextInt(most - least + 1));
  }

  private static int transport(byte[] packet) {
    try {
      return Headers.ofIp(packet).transport();
    } catch (MalformedPacketException e) {
      throw new IllegalArgumentException("not a valid packet to quote: " + Bytes.hex(packet), e);
    }
  }

  Icmp error(int version, byte[] quoted) {
    return switch (random.nextInt(3)) {
      case 0 -> Icmp.portUnreachable(version, quoted);
      case 1 -> Icmp.tooBig(version, 1280 + random.nextInt(200), quoted);
      default -> Icmp.timeExceeded(version, quoted);
    };
  }
}
