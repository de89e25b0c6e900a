// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A frame as named fields, outermost first, for people to compare. It never fails: what it cannot read
 * shows up as a field too.
 */
final class Dissection {
  private final byte[] frame;
  private final Map<String, String> fields = new LinkedHashMap<>();
  private int depth;

  private Dissection(byte[] frame) {
    this.frame = frame;
  }

  /** Field names and values, in the order of the wire. */
  static Map<String, String> of(byte[] frame) {
    Dissection dissection = new Dissection(frame);
    dissection.ether();
    return dissection.fields;
  }

  /** Lines "field: expected X, actual Y" for every field that differs. */
  static List<String> difference(byte[] expected, byte[] actual) {
    Map<String, String> left = of(expected);
    Map<String, String> right = of(actual);
    List<String> lines = new ArrayList<>();
    left.forEach((name, value) -> {
      String other = right.getOrDefault(name, "absent");
      if (!value.equals(other)) {
        lines.add(name + ": expected " + value + ", actual " + other);
      }
    });
    right.forEach((name, value) -> {
      if (!left.containsKey(name)) {
        lines.add(name + ": expected absent, actual " + value);
      }
    });
    return lines;
  }

  private void add(String name, Object value) {
    fields.put("inner.".repeat(depth) + name, String.valueOf(value));
  }

  private boolean has(String layer, int at, int length) {
    if (at + length <= frame.length) {
      return true;
    }
    add(layer, "cut after " + (frame.length - at) + " bytes: " + Bytes.hex(tail(at)));
    return false;
  }

  private byte[] tail(int at) {
    return Bytes.slice(frame, Math.min(at, frame.length), frame.length);
  }

  private void ether() {
    if (!has("eth", 0, 14)) {
      return;
    }
    add("eth.destination", Bytes.hex(Bytes.slice(frame, 0, 6)));
    add("eth.source", Bytes.hex(Bytes.slice(frame, 6, 12)));
    int at = 12;
    int tag = 0;
    while (isTag(Bytes.u16(frame, at)) && has("vlan", at, 6)) {
      add("vlan" + tag++, String.format("%04x:%04x", Bytes.u16(frame, at), Bytes.u16(frame, at + 2)));
      at += 4;
    }
    add("eth.type", String.format("0x%04x", Bytes.u16(frame, at)));
    ip(at + 2);
  }

  private static boolean isTag(int type) {
    return type == Protocol.ETHERTYPE_VLAN || type == Protocol.ETHERTYPE_QINQ;
  }

  private void ip(int at) {
    Headers headers;
    try {
      headers = Headers.ofQuoted(frame, at);
    } catch (MalformedPacketException e) {
      add("ip", e.getMessage() + ": " + Bytes.hex(tail(at)));
      return;
    }
    add("ip.version", headers.version());
    add("ip.tos", String.format("0x%02x", headers.trafficClass()));
    add("ip.length", headers.length());
    add("ip.ttl", headers.timeToLive());
    add("ip.source", headers.source().getHostAddress());
    add("ip.destination", headers.destination().getHostAddress());
    add("ip.protocol", headers.protocol());
    add("ip.fragment", (headers.isFragment() ? "offset " + headers.fragmentOffset() : "none")
        + (headers.moreFragments() ? " and more" : ""));
    if (headers.version() == 4) {
      add("ip.id", headers.fragmentId());
      add("ip.df", headers.dontFragment());
      add("ip.checksum", String.format("0x%04x %s", Bytes.u16(frame, at + 10), verdict(headers.headerSum())));
      add("ip.options", Bytes.hex(Bytes.slice(frame, at + 20, headers.transport())));
    } else {
      add("ip.flow", String.format("0x%05x", Bytes.u32(frame, at) & 0xfffff));
      add("ip.extensions", Bytes.hex(Bytes.slice(frame, at + 40, headers.transport())));
    }
    transport(headers);
  }

  private static String verdict(int sum) {
    return sum == 0xffff ? "(right)" : "(wrong)";
  }

  private void transport(Headers headers) {
    int at = headers.transport();
    if (headers.fragmentOffset() > 0) {
      payload(at, headers.ipEnd());
      return;
    }
    if (headers.ipEnd() <= frame.length && headers.transportChecksum() > 0
        && headers.transportChecksum() + 2 <= frame.length) {
      add("l4.checksum", String.format("0x%04x %s", Bytes.u16(frame, headers.transportChecksum()),
          verdict(headers.transportSum())));
    }
    switch (headers.protocol()) {
      case Protocol.TCP -> tcp(headers, at);
      case Protocol.UDP -> udp(headers, at);
      case Protocol.ICMP, Protocol.ICMPV6 -> icmp(headers, at);
      case Protocol.IPIP, Protocol.IPV6 -> inner(at);
      case Protocol.GRE -> gre(at, headers.ipEnd());
      default -> payload(at, headers.ipEnd());
    }
  }

  private void tcp(Headers headers, int at) {
    if (!has("tcp", at, 20)) {
      return;
    }
    add("tcp.source", headers.sourcePort());
    add("tcp.destination", headers.destinationPort());
    add("tcp.sequence", Bytes.u32(frame, at + 4));
    add("tcp.acknowledgement", Bytes.u32(frame, at + 8));
    add("tcp.header", headers.tcpHeaderLength());
    add("tcp.flags", String.format("0x%02x", Bytes.u8(frame, at + 13)));
    add("tcp.window", Bytes.u16(frame, at + 14));
    int end = Math.min(at + Math.max(headers.tcpHeaderLength(), 20), frame.length);
    add("tcp.options", Bytes.hex(Bytes.slice(frame, at + 20, end)));
    payload(end, headers.ipEnd());
  }

  private void udp(Headers headers, int at) {
    if (!has("udp", at, 8)) {
      return;
    }
    add("udp.source", headers.sourcePort());
    add("udp.destination", headers.destinationPort());
    add("udp.length", Bytes.u16(frame, at + 4));
    payload(at + 8, headers.ipEnd());
  }

  private void icmp(Headers headers, int at) {
    if (!has("icmp", at, 8)) {
      return;
    }
    add("icmp.type", Bytes.u8(frame, at) + "/" + Bytes.u8(frame, at + 1));
    add("icmp.word", String.format("0x%08x", Bytes.u32(frame, at + 4)));
    if (Protocol.isIcmpError(headers.protocol(), headers.icmpType())) {
      inner(at + 8);
    } else {
      payload(at + 8, headers.ipEnd());
    }
  }

  private void gre(int at, int end) {
    if (!has("gre", at, 4)) {
      return;
    }
    int header = (Bytes.u16(frame, at) & 0x8000) != 0 ? 8 : 4;
    add("gre", String.format("0x%08x", Bytes.u32(frame, at)));
    if (header == 8 && has("gre", at, header)) {
      int sum = Checksum.fold(Checksum.sum(frame, at, Math.min(end, frame.length)));
      add("gre.checksum", String.format("0x%04x %s", Bytes.u16(frame, at + 4), verdict(sum)));
    }
    inner(at + header);
  }

  private void inner(int at) {
    depth++;
    ip(at);
    depth--;
  }

  private void payload(int from, int to) {
    int end = Math.min(to, frame.length);
    if (from < end) {
      byte[] bytes = Bytes.slice(frame, from, end);
      String shown = Bytes.hex(bytes.length > 64 ? Bytes.slice(bytes, 0, 64) : bytes);
      add("payload", bytes.length + " bytes, crc " + Checksum.fold(Checksum.sum(bytes, 0, bytes.length))
          + ": " + shown);
    }
  }
}
