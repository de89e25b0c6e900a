// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.packet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Joins fragments as their receiver would. */
final class Reassembly {
  private Reassembly() {}

  /** What came: a datagram that is whole (joined, if it came in fragments), or a fragment whose others did not come. */
  record Piece(IpPacket packet, boolean joined) {}

  /** Whole packets as they are, in their order; a datagram stands where its first fragment came. One whose fragments overlap is nothing (RFC 5722; Linux discards IPv4's as well). */
  static List<Piece> join(List<IpPacket> packets) {
    Map<Object, List<IpPacket>> datagrams = new LinkedHashMap<>();
    for (IpPacket packet : packets) {
      Object key = packet.isFragment() ? key(packet) : packet;
      datagrams.computeIfAbsent(key, k -> new ArrayList<>()).add(packet);
    }
    List<Piece> pieces = new ArrayList<>();
    for (List<IpPacket> datagram : datagrams.values()) {
      if (overlap(datagram)) {
        continue;
      }
      byte[] whole = datagram.get(0).isFragment() ? fill(datagram) : null;
      if (whole == null) {
        datagram.forEach(packet -> pieces.add(new Piece(packet, false)));
      } else {
        IpPacket first = datagram.stream().filter(packet -> packet.offset() == 0).findFirst().orElseThrow();
        pieces.add(new Piece(first.whole(whole), true));
      }
    }
    return pieces;
  }

  private static Object key(IpPacket packet) {
    return List.of(Arrays.toString(packet.source()), Arrays.toString(packet.destination()), packet.id(), packet.isV4() ? packet.protocol() : 0);
  }

  /** Repeated fragments do not. */
  private static boolean overlap(List<IpPacket> fragments) {
    for (IpPacket a : fragments) {
      for (IpPacket b : fragments) {
        boolean same = a.offset() == b.offset() && a.payload().length == b.payload().length;
        if (!same && a.offset() < b.offset() + b.payload().length && b.offset() < a.offset() + a.payload().length) {
          return true;
        }
      }
    }
    return false;
  }

  /** The datagram, or null if something is missing. */
  private static byte[] fill(List<IpPacket> fragments) {
    int length = fragments.stream().filter(packet -> !packet.moreFragments()).mapToInt(packet -> packet.offset() + packet.payload().length).findFirst().orElse(-1);
    if (length < 0) {
      return null;
    }
    byte[] whole = new byte[length];
    BitSet there = new BitSet(length);
    for (IpPacket fragment : fragments) {
      int bytes = Math.min(fragment.payload().length, length - fragment.offset());
      if (bytes > 0) {
        System.arraycopy(fragment.payload(), 0, whole, fragment.offset(), bytes);
        there.set(fragment.offset(), fragment.offset() + bytes);
      }
    }
    return there.cardinality() == length ? whole : null;
  }
}
