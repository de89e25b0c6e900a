// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.packet;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Packets in words, one line each, as {@link PacketWords} reads them: "SOURCE > DESTINATION PROTOCOL ... ttl N". Of checksums, only wrong
 * ones are told. Fragments are joined, tunnels opened ("IPIP SOURCE > DESTINATION ttl N: " in front).
 */
public final class PacketText {
  /** Whether the tunnel's packets are fragments or what they carry: its receiver gets the same. */
  private static final String FRAGMENTED = " fragmented";

  private static final String FLAG_LETTERS = "FSRPAUEC";
  private static final int TCP_HEADER = 20;
  private static final int UDP_HEADER = 8;
  private static final int ICMP_HEADER = 8;
  private static final int FRAG_NEEDED = 4;
  private static final int PACKET_TOO_BIG = 2;

  private PacketText() {}

  /** What a host received, in its order. */
  public static List<String> lines(List<byte[]> packets) {
    List<String> lines = new ArrayList<>();
    List<IpPacket> parsed = new ArrayList<>();
    for (byte[] packet : packets) {
      IpPacket ip = IpPacket.parse(packet);
      if (ip == null) {
        lines.add("no IP packet, " + packet.length + " bytes");
      } else {
        parsed.add(ip);
      }
    }
    lines.addAll(lines(parsed, ""));
    return lines;
  }

  private static List<String> lines(List<IpPacket> packets, String prefix) {
    List<String> lines = new ArrayList<>();
    Map<String, List<Reassembly.Piece>> tunnels = new LinkedHashMap<>();
    for (Reassembly.Piece piece : Reassembly.join(packets)) {
      if (piece.packet().isTunnel() && !piece.packet().isFragment()) {
        tunnels.computeIfAbsent(tunnel(piece.packet()), outer -> new ArrayList<>()).add(piece);
      } else {
        lines.add(prefix + text(piece.packet()) + (piece.joined() ? FRAGMENTED : ""));
      }
    }
    tunnels.forEach((outer, pieces) -> {
      List<String> inside = lines(pieces.stream().map(piece -> IpPacket.parse(piece.packet().payload())).filter(Objects::nonNull).toList(), prefix + outer + ": ");
      boolean joined = pieces.stream().anyMatch(Reassembly.Piece::joined);
      inside.forEach(line -> lines.add(joined && !line.endsWith(FRAGMENTED) ? line + FRAGMENTED : line));
    });
    return lines;
  }

  private static String tunnel(IpPacket ip) {
    return (ip.protocol() == Protocol.IPIP ? "ipip " : "ip6 ") + addresses(ip, "", "") + network(ip);
  }

  private static String addresses(IpPacket ip, String sourcePort, String destinationPort) {
    return endpoint(ip.source(), sourcePort) + " > " + endpoint(ip.destination(), destinationPort);
  }

  private static String endpoint(byte[] address, String port) {
    try {
      String host = InetAddress.getByAddress(address).getHostAddress().replaceFirst("(^|:)(0(:|$)){2,}", "::");
      return port.isEmpty() ? host : (address.length == 4 ? host : "[" + host + "]") + ":" + port;
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static String network(IpPacket ip) {
    return " ttl " + ip.ttl() + (ip.tos() == 0 ? "" : " tos " + ip.tos()) + (ip.dontFragment() ? " df" : "") + (ip.intact() ? "" : " bad header checksum");
  }

  private static String text(IpPacket ip) {
    if (ip.isFragment()) {
      return addresses(ip, "", "") + " " + name(ip.protocol()) + " fragment " + ip.offset() + "-" + (ip.offset() + ip.payload().length)
          + (ip.moreFragments() ? " more" : "") + network(ip);
    }
    if (Protocol.hasPorts(ip.protocol()) && ip.payload().length >= UDP_HEADER) {
      return addresses(ip, Integer.toString(Octets.u16(ip.payload(), 0)), Integer.toString(Octets.u16(ip.payload(), 2))) + " "
          + (ip.protocol() == Protocol.TCP ? tcp(ip) : udp(ip)) + network(ip);
    }
    if (Protocol.isIcmp(ip.protocol()) && ip.payload().length >= ICMP_HEADER) {
      return icmp(ip);
    }
    return addresses(ip, "", "") + " " + name(ip.protocol()) + data(ip.length()) + network(ip);
  }

  private static String name(int protocol) {
    return switch (protocol) {
      case Protocol.TCP -> "tcp";
      case Protocol.UDP -> "udp";
      case Protocol.ICMP, Protocol.ICMPV6 -> "icmp";
      default -> "protocol " + protocol;
    };
  }

  private static String tcp(IpPacket ip) {
    if (ip.payload().length < TCP_HEADER) {
      return "tcp" + (ip.isCut() ? "" : " cut");
    }
    int header = (Octets.u8(ip.payload(), 12) >> 4) * 4;
    if (header < TCP_HEADER || header > ip.length()) {
      return "tcp " + flags(ip.payload()[13]) + " offset " + header + checksum(ip);
    }
    return "tcp " + flags(ip.payload()[13]) + data(ip.length() - header) + checksum(ip);
  }

  static String flags(int bits) {
    StringBuilder letters = new StringBuilder();
    for (char letter : "SFRPAU".toCharArray()) {
      if ((bits >> FLAG_LETTERS.indexOf(letter) & 1) == 1) {
        letters.append(letter);
      }
    }
    return letters.isEmpty() ? "." : letters.toString();
  }

  private static String udp(IpPacket ip) {
    return "udp" + data(ip.length() - UDP_HEADER) + (Octets.u16(ip.payload(), 6) == 0 ? " nosum" : "") + checksum(ip);
  }

  private static String data(int bytes) {
    return bytes == 0 ? "" : " data " + bytes;
  }

  /** Of a packet that an error quotes, nobody asks. */
  private static String checksum(IpPacket ip) {
    return ip.isCut() || ip.transportIntact() ? "" : " bad checksum";
  }

  private static String icmp(IpPacket ip) {
    byte[] icmp = ip.payload();
    int type = Octets.u8(icmp, 0);
    int code = Octets.u8(icmp, 1);
    String text = addresses(ip, "", "") + " icmp " + type + "/" + code;
    if (!isError(ip, type)) {
      return text + data(ip.length() - ICMP_HEADER) + checksum(ip) + network(ip);
    }
    if (ip.isV4() ? type == 3 && code == FRAG_NEEDED : type == PACKET_TOO_BIG) {
      text += " mtu " + Octets.u32(icmp, 4);
    }
    byte[] quoted = Arrays.copyOfRange(icmp, ICMP_HEADER, icmp.length);
    IpPacket about = IpPacket.parse(quoted);
    return text + checksum(ip) + network(ip) + (about == null ? " about " + quoted.length + " bytes" : " about " + quote(about));
  }

  /** Its transport checksum is left as it was when the addresses in it change, so it is not told. */
  private static String quote(IpPacket about) {
    String text = text(about).replace(" bad checksum", "");
    return about.isCut() && about.payload().length > ICMP_HEADER ? text + " cut" : text;
  }

  private static boolean isError(IpPacket ip, int type) {
    return ip.isV4() ? type == 3 || type == 11 || type == 12 : type >= 1 && type <= 4;
  }
}
