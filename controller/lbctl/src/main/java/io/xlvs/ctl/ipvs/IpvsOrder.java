// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import com.google.common.net.InetAddresses;
import io.xlvs.v1.AddressFamily;
import io.xlvs.v1.Protocol;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.VirtualService;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * The order of ipvsadm's listings: firewall mark, family, protocol number, address, port.
 *
 * <p>libipvs compares addresses by the sign of a 32-bit difference, which overflows for addresses half the number space
 * apart: 192.168.0.1 comes before 10.0.0.1. Such a comparison is no order (a &lt; b &lt; c &lt; a exists), so that the
 * result depends on the sorting algorithm as well: to print what ipvsadm prints, this is glibc's qsort(3), a top-down merge
 * sort.
 */
final class IpvsOrder {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;

  /** What is compared: mark, family (of services), protocol number, address in 32-bit words, port. */
  private record Key<T>(T value, int mark, int family, int protocol, int[] address, int port) {}

  private IpvsOrder() {}

  static List<VirtualService> services(List<VirtualService> services) {
    return sort(services, IpvsOrder::key);
  }

  static List<RealServer> servers(List<RealServer> servers) {
    return sort(servers, server -> {
      return new Key<>(server, 0, 0, 0, words(server.getAddress()), server.getPort());
    });
  }

  private static Key<VirtualService> key(VirtualService service) {
    if (service.getFirewallMark() != 0) {
      boolean ipv6 = service.getFamily() == AddressFamily.ADDRESS_FAMILY_IPV6;
      return new Key<>(service, service.getFirewallMark(), ipv6 ? AF_INET6 : AF_INET, 0, new int[1], 0);
    }
    int[] address = words(service.getAddress());
    return new Key<>(service, 0, family(address), protocol(service.getProtocol()), address, service.getPort());
  }

  /** IANA's protocol numbers. */
  private static int protocol(Protocol protocol) {
    return switch (protocol) {
      case PROTOCOL_TCP -> 6;
      case PROTOCOL_UDP -> 17;
      case PROTOCOL_SCTP -> 132;
      default -> 0;
    };
  }

  private static int family(int[] address) {
    return address.length == 1 ? AF_INET : AF_INET6;
  }

  private static int[] words(String text) {
    InetAddress address = InetAddresses.forString(text);
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    int[] words = new int[bytes.remaining() / Integer.BYTES];
    bytes.asIntBuffer().get(words);
    return words;
  }

  private static int compare(Key<?> a, Key<?> b) {
    int difference = a.mark - b.mark;
    if (difference == 0) {
      difference = a.family - b.family;
    }
    if (difference == 0) {
      difference = a.protocol - b.protocol;
    }
    // Servers of both families in one service: as many words as the first has, those that the other lacks being 0.
    for (int i = 0; difference == 0 && i < a.address.length; i++) {
      difference = a.address[i] - (i < b.address.length ? b.address[i] : 0);
    }
    return difference != 0 ? difference : a.port - b.port;
  }

  private static <T> List<T> sort(List<T> values, Function<T, Key<T>> key) {
    List<Key<T>> keys = new ArrayList<>(values.size());
    values.forEach(value -> keys.add(key.apply(value)));
    return mergeSort(keys, IpvsOrder::compare).stream().map(Key::value).toList();
  }

  private static <K> List<K> mergeSort(List<K> keys, Comparator<K> order) {
    if (keys.size() < 2) {
      return keys;
    }
    int half = keys.size() / 2;
    List<K> left = mergeSort(keys.subList(0, half), order);
    List<K> right = mergeSort(keys.subList(half, keys.size()), order);
    List<K> merged = new ArrayList<>(keys.size());
    int i = 0;
    int j = 0;
    while (i < left.size() && j < right.size()) {
      merged.add(order.compare(left.get(i), right.get(j)) <= 0 ? left.get(i++) : right.get(j++));
    }
    merged.addAll(left.subList(i, left.size()));
    merged.addAll(right.subList(j, right.size()));
    return merged;
  }
}
