// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import io.xlvs.ctl.Failure;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A service's or server's address as written on the command line: {@code host}, {@code host:port}, {@code ipv6} or
 * {@code [ipv6]:port}; a host may be a name, a port may be a name of the protocol.
 *
 * @param address the address
 * @param port 0..65535; 0 if none was written
 * @param portGiven whether a port was written
 */
record Endpoint(InetAddress address, int port, boolean portGiven) {
  static final int MAX_PORT = 65535;

  boolean ipv6() {
    return address instanceof Inet6Address;
  }

  /**
   * @param protocol "tcp", "udp" or "sctp": where a port's name is looked up
   * @param refusal ipvsadm's text for a wrong address
   */
  static Endpoint parse(String text, String protocol, Names names, String refusal) {
    if (text.isEmpty() || Addresses.isDigits(text, 0)) {
      throw bad(refusal, text, "is not an address: write ADDRESS:PORT, such as 10.0.0.100:80 or [fd00::100]:80");
    }
    if (text.startsWith("[")) {
      int bracket = text.indexOf(']');
      if (bracket < 0 || bracket + 1 >= text.length() || text.charAt(bracket + 1) != ':') {
        throw bad(refusal, text, "has no port: write [IPV6]:PORT, such as [fd00::100]:80");
      }
      String host = text.substring(1, bracket);
      InetAddress address = Addresses.ipv6(host);
      if (address == null) {
        throw bad(refusal, host, "is not an IPv6 address: eight groups of hexadecimal digits, such as fd00::100");
      }
      return new Endpoint(address, port(text.substring(bracket + 2), protocol, names, refusal), true);
    }
    InetAddress ipv6 = Addresses.ipv6(text);
    if (ipv6 != null) {
      return new Endpoint(ipv6, 0, false);
    }
    int colon = text.lastIndexOf(':');
    InetAddress address = host(colon < 0 ? text : text.substring(0, colon), names, refusal);
    return colon < 0
        ? new Endpoint(address, 0, false)
        : new Endpoint(address, port(text.substring(colon + 1), protocol, names, refusal), true);
  }

  /** An address without a port, by number. */
  static InetAddress number(String text, String refusal) {
    InetAddress address = text.indexOf(':') >= 0 ? Addresses.ipv6(text) : Addresses.ipv4(text);
    if (address != null) {
      return address;
    }
    throw bad(refusal, text, Addresses.hasOctalPart(text)
        ? "has a part with a leading zero, which some programs read as octal: write it without"
        : text.indexOf(':') >= 0 ? "is not an IPv6 address: eight groups of hexadecimal digits, such as fd00::100"
        : "is not an IPv4 address: four numbers of 0 to 255, such as 10.0.0.100");
  }

  private static InetAddress host(String host, Names names, String refusal) {
    InetAddress address = Addresses.ipv4(host);
    if (address != null) {
      return address;
    }
    if (Addresses.ipv6(host) != null) {
      throw bad(refusal, host, "is an IPv6 address without brackets: write [IPV6]:PORT, such as [fd00::100]:80");
    }
    if (Addresses.hasOctalPart(host) || host.matches("[0-9.]+|.*:.*")) {
      return number(host, refusal);
    }
    Optional<InetAddress> found = names.address(host);
    return found.orElseThrow(
        () -> bad(refusal, host, host.isEmpty()
            ? "is empty: write ADDRESS:PORT, such as 10.0.0.100:80"
            : "is neither an address nor a host name with an IPv4 address"));
  }

  private static int port(String text, String protocol, Names names, String refusal) {
    OptionalInt number = Addresses.number(text, 0, MAX_PORT);
    if (number.isEmpty() && !text.matches("-?\\d*")) {
      number = names.port(text, protocol);
    }
    return number.orElseThrow(
        () -> bad(refusal, text, "is not a port: a number of 0 to 65535 or a name that /etc/services has for "
            + protocol));
  }

  private static Failure bad(String refusal, String value, String remedy) {
    return new Failure(Failure.USAGE, refusal, "`" + value + "' " + remedy);
  }
}
