// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.Objects;

/**
 * What identifies a real server within its virtual service. Text form: "10.1.0.11:8080", "[fd00::11]:80".
 *
 * @param address the RIP
 * @param port 0..65535; 0: the port that the client asked for (services of every port and of a firewall mark)
 */
public record RealServerKey(IpAddress address, int port) {
  public RealServerKey {
    Objects.requireNonNull(address, "address");
    Ports.requirePort(port);
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException naming the text and what would be right
   */
  public static RealServerKey parse(String text) {
    int colon = text.lastIndexOf(':');
    String address = colon < 0 ? "" : text.substring(0, colon);
    boolean bracketed = address.startsWith("[") && address.endsWith("]") && address.indexOf(':') > 0;
    if (colon < 0 || !bracketed && address.indexOf(':') >= 0) {
      throw new IllegalArgumentException("\"" + text + "\" is not an address with a port: 10.1.0.11:80 or [fd00::11]:80 would be");
    }
    IpAddress ip = IpAddress.parse(bracketed ? address.substring(1, address.length() - 1) : address);
    return new RealServerKey(ip, (int) Ports.parseDecimal(text.substring(colon + 1), "port", 65535));
  }

  /** Canonical text form. */
  public String text() {
    return address.withPort(port);
  }

  /** Written out, as {@link #hashCode}, since a configuration has a million: what Java makes for a record is slow while it is interpreted. */
  @Override
  public boolean equals(Object other) {
    return other instanceof RealServerKey that && port == that.port && address.equals(that.address);
  }

  @Override
  public int hashCode() {
    return 31 * address.hashCode() + port;
  }

  @Override
  public String toString() {
    return text();
  }
}
