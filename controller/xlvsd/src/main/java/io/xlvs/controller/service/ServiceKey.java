// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.Objects;

/**
 * What identifies a virtual service: protocol, address and port, or a firewall mark with a family.
 *
 * <p>Text form: "tcp:10.0.0.100:80", "udp:[fd00::100]:53", "fwm4:7", "fwm6:7".
 */
public sealed interface ServiceKey permits ServiceKey.Endpoint, ServiceKey.FirewallMark {
  /** Family of the packets that the service receives. */
  AddressFamily family();

  /** Canonical text form; {@link #parse} reads it back. */
  String text();

  /** A VIP with a protocol; port 1..65535, or 0 for every port (persistent services only). */
  record Endpoint(Protocol protocol, IpAddress address, int port) implements ServiceKey {
    public Endpoint {
      Objects.requireNonNull(protocol, "protocol");
      Objects.requireNonNull(address, "address");
      Ports.requirePort(port);
    }

    @Override
    public AddressFamily family() {
      return address.family();
    }

    @Override
    public String text() {
      return protocol.text() + ":" + address.withPort(port);
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /** A firewall mark, 1..4294967295, of packets of one family. */
  record FirewallMark(AddressFamily family, long mark) implements ServiceKey {
    public FirewallMark {
      Objects.requireNonNull(family, "family");
      if (mark < 1 || mark > 0xffffffffL) {
        throw new IllegalArgumentException("firewall mark " + mark + " is out of range: 1..4294967295 would be right");
      }
    }

    @Override
    public String text() {
      return (family == AddressFamily.IPV4 ? "fwm4:" : "fwm6:") + mark;
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException naming the text and what would be right
   */
  static ServiceKey parse(String text) {
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text : text.substring(0, colon);
    String rest = colon < 0 ? "" : text.substring(colon + 1);
    switch (kind) {
      case "fwm4":
        return new FirewallMark(AddressFamily.IPV4, Ports.parseDecimal(rest, "firewall mark", 0xffffffffL));
      case "fwm6":
        return new FirewallMark(AddressFamily.IPV6, Ports.parseDecimal(rest, "firewall mark", 0xffffffffL));
      default:
        for (Protocol protocol : Protocol.values()) {
          if (protocol.text().equals(kind)) {
            RealServerKey endpoint = RealServerKey.parse(rest);
            return new Endpoint(protocol, endpoint.address(), endpoint.port());
          }
        }
        throw new IllegalArgumentException("\"" + text + "\" is not a service: tcp:10.0.0.100:80, udp:[fd00::100]:53,"
            + " fwm4:7 or fwm6:7 would be");
    }
  }
}
