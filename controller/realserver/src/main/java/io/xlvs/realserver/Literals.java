// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** Addresses as text. Names are never resolved. */
final class Literals {
  private static final Pattern IPV4 = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
  private static final byte[] MAPPED_PREFIX = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

  private Literals() {}

  /** An IPv4 or IPv6 address; {@link UsageException} names field and value otherwise. */
  static InetAddress address(String field, String text) {
    boolean ipv6 = text.indexOf(':') >= 0;
    if (ipv6 ? !IPV6.matcher(text).matches() : !IPV4.matcher(text).matches()) {
      throw new UsageException(field, text, remedy(ipv6));
    }
    try {
      InetAddress address = InetAddress.getByName(text);
      if (ipv6 && address instanceof Inet4Address) {
        throw new UsageException(field, text, "is an IPv4-mapped address: write " + address.getHostAddress());
      }
      return address;
    } catch (UnknownHostException e) {
      throw new UsageException(field, text, remedy(ipv6));
    }
  }

  private static String remedy(boolean ipv6) {
    return ipv6
        ? "is not an IPv6 address: write up to eight groups such as 2001:db8::100"
        : "is not an IPv4 address: write four numbers from 0 to 255, none with a leading zero, such as 10.0.0.100";
  }

  /** An address, or address/length with all host bits zero. */
  static Prefix prefix(String field, String text) {
    int slash = text.indexOf('/');
    InetAddress address = address(field, slash < 0 ? text : text.substring(0, slash));
    int bits = 8 * address.getAddress().length;
    int length = slash < 0 ? bits : number(field, text, text.substring(slash + 1), 0, bits, "prefix length");
    byte[] bytes = address.getAddress();
    for (int bit = length; bit < bits; bit++) {
      if ((bytes[bit / 8] & 0x80 >> bit % 8) != 0) {
        throw new UsageException(field, text, "has host bits set: write the network's lowest address, or leave out /" + length);
      }
    }
    return new Prefix(address, length);
  }

  /** A decimal number in a range. */
  static int number(String field, String shown, String text, int least, int most, String what) {
    if (text.matches("[0-9]{1,9}")) {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw new UsageException(field, shown, "is out of range: the " + what + " must be a number from " + least + " to " + most);
  }

  /** The usual text: IPv6 in the short form of RFC 5952. */
  static String text(InetAddress address) {
    return address instanceof Inet6Address ? Ipv6Text.of(address.getAddress()) : address.getHostAddress();
  }

  /** Address with the length of a single host: what goes on lo. */
  static String host(InetAddress address) {
    return text(address) + (address instanceof Inet6Address ? "/128" : "/32");
  }

  /** 16 bytes in network order, IPv4 in mapped form: {@code struct realserver_address}. */
  static byte[] mapped(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == 16) {
      return bytes;
    }
    byte[] mapped = new byte[16];
    System.arraycopy(MAPPED_PREFIX, 0, mapped, 0, MAPPED_PREFIX.length);
    System.arraycopy(bytes, 0, mapped, MAPPED_PREFIX.length, bytes.length);
    return mapped;
  }
}
