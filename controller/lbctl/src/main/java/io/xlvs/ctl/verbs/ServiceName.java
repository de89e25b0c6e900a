// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import com.google.common.net.InetAddresses;
import io.xlvs.ctl.Failure;
import io.xlvs.v1.AddressFamily;
import io.xlvs.v1.Protocol;
import io.xlvs.v1.VirtualService;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A service as named on the command line: {@code tcp:10.0.0.100:80}, {@code udp:[fd00::100]:53}, {@code fwm:7},
 * {@code fwm6:7}, with or without the API's {@code services/} in front.
 */
final class ServiceName {
  private static final String PREFIX = "services/";
  private static final Pattern ADDRESS =
      Pattern.compile("(?<protocol>tcp|udp|sctp):(?:\\[(?<v6>[^\\]]+)]|(?<v4>[^:]+)):(?<port>\\d{1,9})");
  private static final Pattern MARK = Pattern.compile("fwm(?<family>[46]?):(?<mark>\\d{1,10})");

  private ServiceName() {}

  /** The API's name. */
  static String of(String text) {
    VirtualService service = parse(text);
    if (service.getFirewallMark() != 0) {
      return PREFIX + "fwm" + (service.getFamily() == AddressFamily.ADDRESS_FAMILY_IPV6 ? "6:" : "4:")
          + Integer.toUnsignedString(service.getFirewallMark());
    }
    return PREFIX + service.getProtocol().name().substring("PROTOCOL_".length()).toLowerCase(Locale.ROOT) + ":"
        + endpoint(service.getAddress(), service.getPort());
  }

  /** The fields that make the name. */
  static VirtualService parse(String text) {
    String name = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
    Matcher address = ADDRESS.matcher(name);
    if (address.matches()) {
      String host = address.group("v6") != null ? address.group("v6") : address.group("v4");
      return VirtualService.newBuilder()
          .setProtocol(Protocol.valueOf("PROTOCOL_" + address.group("protocol").toUpperCase(Locale.ROOT)))
          .setAddress(canonical(host))
          .setPort(port(address.group("port")))
          .build();
    }
    Matcher mark = MARK.matcher(name);
    if (mark.matches() && Long.parseLong(mark.group("mark")) <= 0xffff_ffffL && !mark.group("mark").matches("0+")) {
      return VirtualService.newBuilder()
          .setFirewallMark((int) Long.parseLong(mark.group("mark")))
          .setFamily(mark.group("family").equals("6")
              ? AddressFamily.ADDRESS_FAMILY_IPV6 : AddressFamily.ADDRESS_FAMILY_IPV4)
          .build();
    }
    throw new Failure(Failure.USAGE, "SERVICE: `" + text + "' is not a service",
        "write PROTOCOL:ADDRESS:PORT, such as tcp:10.0.0.100:80 or udp:[fd00::100]:53, or fwm:MARK, fwm6:MARK (1 to"
            + " 4294967295)");
  }

  /** For people: without the API's prefix. */
  static String display(String name) {
    return name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
  }

  /** {@code address:port}, IPv6 in brackets. */
  static String endpoint(String address, int port) {
    return address.indexOf(':') >= 0 ? "[" + address + "]:" + port : address + ":" + port;
  }

  /** RFC 5952's form of an address; what is none goes as it is, and xlvsd names the field that it refuses. */
  static String canonical(String text) {
    return text.indexOf('%') < 0 && InetAddresses.isInetAddress(text)
        ? InetAddresses.toAddrString(InetAddresses.forString(text)) : text;
  }

  static int port(String digits) {
    int port = Integer.parseInt(digits);
    if (port > 65535) {
      throw new Failure(Failure.USAGE, "port: `" + digits + "' is not a port", "a number of 0 to 65535 would be");
    }
    return port;
  }
}
