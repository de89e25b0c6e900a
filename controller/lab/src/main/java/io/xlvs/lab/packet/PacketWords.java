// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.packet;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;

/**
 * A packet described in words: "SOURCE > DESTINATION PROTOCOL [...]".
 *
 * <ul>
 *   <li>"tcp FLAGS [seq N] [ack N] [offset BYTES]", flags as letters of SFRPAU or "."; "udp [nosum]", both with ports in their addresses; "icmp TYPE/CODE
 *       [mtu N] [id N]", "protocol N"; all with "data BYTES";
 *   <li>an ICMP error: "[quote BYTES] about" and the words of the packet that it quotes, to the end;
 *   <li>of IP: "ttl N", "tos N", "df", "options HEX" (IPv4's), "pieces FROM-TO ..." (fragments of its payload, in the order in which they are sent);
 *   <li>untruths: "badsum" (transport checksum), "badheadersum", "headerlength BYTES" and "length BYTES" (as IPv4's header says), "cut BYTES" (of the packet that are sent).
 * </ul>
 */
public final class PacketWords {
  private static final String FLAG_LETTERS = "FSRPAU";
  private static final int DEFAULT_TTL = 64;
  private static final int ICMP_HEADER = 8;

  private final Deque<String> words;
  private final Endpoint source;
  private final Endpoint destination;
  private final IpHeader header = new IpHeader(DEFAULT_TTL);
  private final List<int[]> pieces = new ArrayList<>();
  private byte[] payload;
  private int protocol;
  private boolean badTransportSum;
  private boolean withoutSum;
  private int cutBytes = Integer.MAX_VALUE;

  private record Endpoint(byte[] address, int port) {
    static Endpoint parse(String text) {
      boolean port = text.startsWith("[") || text.indexOf(':') == text.lastIndexOf(':') && text.contains(":");
      int colon = port ? text.lastIndexOf(':') : text.length();
      try {
        byte[] address = InetAddress.getByName(text.substring(0, colon).replace("[", "").replace("]", "")).getAddress();
        return new Endpoint(address, port ? Integer.parseInt(text.substring(colon + 1)) : 0);
      } catch (UnknownHostException e) {
        throw new IllegalArgumentException("\"" + text + "\" is no address", e);
      }
    }
  }

  private PacketWords(Deque<String> words) {
    this.words = words;
    source = Endpoint.parse(words.removeFirst());
    String arrow = words.removeFirst();
    if (!arrow.equals(">")) {
      throw new IllegalArgumentException("\"" + arrow + "\" stands where \">\" belongs: \"SOURCE > DESTINATION PROTOCOL\" begins a packet");
    }
    destination = Endpoint.parse(words.removeFirst());
    parse();
  }

  /** The packets that these words describe: one, or its fragments; fragments carry this id. */
  public static List<byte[]> packets(List<String> words, int id) {
    return new PacketWords(new ArrayDeque<>(words)).build(id);
  }

  private boolean v4() {
    return source.address().length == 4;
  }

  private void parse() {
    String name = words.removeFirst();
    switch (name) {
      case "tcp" -> tcp(words.removeFirst());
      case "udp" -> {
        protocol = Protocol.UDP;
        payload = ports(new byte[8]);
      }
      case "icmp" -> icmp(words.removeFirst());
      case "protocol" -> {
        protocol = number();
        payload = new byte[0];
      }
      default -> throw new IllegalArgumentException("\"" + name + "\" is no protocol: tcp, udp, icmp and protocol are");
    }
    while (!words.isEmpty()) {
      option(words.removeFirst());
    }
  }

  private void tcp(String flags) {
    protocol = Protocol.TCP;
    payload = ports(new byte[20]);
    payload[12] = 5 << 4;
    for (char letter : flags.replace(".", "").toCharArray()) {
      int bit = FLAG_LETTERS.indexOf(letter);
      if (bit < 0) {
        throw new IllegalArgumentException("\"" + flags + "\" are no TCP flags: letters of " + FLAG_LETTERS + ", or \".\", are");
      }
      payload[13] |= (byte) (1 << bit);
    }
    Octets.put16(payload, 14, 0xffff);
  }

  private byte[] ports(byte[] transport) {
    Octets.put16(transport, 0, source.port());
    Octets.put16(transport, 2, destination.port());
    return transport;
  }

  private void icmp(String typeAndCode) {
    protocol = v4() ? Protocol.ICMP : Protocol.ICMPV6;
    payload = new byte[ICMP_HEADER];
    String[] numbers = typeAndCode.split("/");
    payload[0] = (byte) Integer.parseInt(numbers[0]);
    payload[1] = (byte) Integer.parseInt(numbers[1]);
  }

  private int number() {
    return Integer.parseInt(words.removeFirst());
  }

  private void option(String word) {
    switch (word) {
      case "seq" -> Octets.put32(payload, 4, number());
      case "ack" -> Octets.put32(payload, 8, number());
      case "offset" -> payload[12] = (byte) (number() / 4 << 4);
      case "mtu", "id" -> Octets.put32(payload, 4, number());
      case "nosum" -> withoutSum = true;
      case "data" -> payload = Octets.join(payload, data(number()));
      case "quote" -> quote(number());
      case "about" -> quote(Integer.MAX_VALUE, new PacketWords(words));
      case "ttl" -> header.ttl = number();
      case "tos" -> header.tos = number();
      case "df" -> header.dontFragment = true;
      case "options" -> header.options = HexFormat.of().parseHex(words.removeFirst());
      case "headerlength" -> header.claimedHeader = number();
      case "length" -> header.claimedLength = number();
      case "badheadersum" -> header.badSum = true;
      case "badsum" -> badTransportSum = true;
      case "cut" -> cutBytes = number();
      case "pieces" -> pieces();
      default -> throw new IllegalArgumentException("\"" + word + "\" says nothing about a packet");
    }
  }

  private void pieces() {
    while (!words.isEmpty() && words.getFirst().matches("\\d+-\\d+")) {
      String[] range = words.removeFirst().split("-");
      pieces.add(new int[] {Integer.parseInt(range[0]), Integer.parseInt(range[1])});
    }
  }

  private void quote(int bytes) {
    if (!words.removeFirst().equals("about")) {
      throw new IllegalArgumentException("\"quote " + bytes + "\" wants \"about\" and a packet behind it");
    }
    quote(bytes, new PacketWords(words));
  }

  private void quote(int bytes, PacketWords about) {
    byte[] quoted = about.build(0).get(0);
    payload = Octets.join(payload, Arrays.copyOf(quoted, Math.min(bytes, quoted.length)));
  }

  /** Such that no two places look alike: a receiver's checksum tells pieces that are out of place. */
  private static byte[] data(int bytes) {
    byte[] data = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      data[i] = (byte) (i + i / 251);
    }
    return data;
  }

  private List<byte[]> build(int id) {
    seal();
    header.id = id;
    List<byte[]> packets = new ArrayList<>();
    if (pieces.isEmpty()) {
      packets.add(header.wrap(source.address(), destination.address(), protocol, payload));
    }
    for (int[] piece : pieces) {
      int to = Math.min(piece[1], payload.length);
      packets.add(header.wrapPiece(source.address(), destination.address(), protocol, payload, piece[0], to));
    }
    return packets.stream().map(packet -> Arrays.copyOf(packet, Math.min(packet.length, cutBytes))).toList();
  }

  /** Lengths and checksums of the transport header. */
  private void seal() {
    if (protocol == Protocol.UDP) {
      Octets.put16(payload, 4, payload.length);
    }
    int at = switch (protocol) {
      case Protocol.TCP -> 16;
      case Protocol.UDP -> 6;
      case Protocol.ICMP, Protocol.ICMPV6 -> 2;
      default -> -1;
    };
    if (at < 0 || withoutSum) {
      return;
    }
    byte[] pseudo = protocol == Protocol.ICMP ? new byte[0] : Octets.pseudoHeader(source.address(), destination.address(), protocol, payload.length);
    int sum = ~Octets.sum(pseudo, payload) & 0xffff;
    Octets.put16(payload, at, (sum == 0 ? 0xffff : sum) ^ (badTransportSum ? 0x0101 : 0));
  }
}
