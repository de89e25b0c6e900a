// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import io.xlvs.ctl.Failure;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.VirtualService;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real server as named on the command line, {@code 10.1.0.11:8080}; without a port it has the service's. */
final class ServerName {
  private static final Pattern SERVER =
      Pattern.compile("\\[(?<v6>[^\\]]+)](?::(?<port6>\\d{1,9}))?|(?<v4>[^:]+)(?::(?<port4>\\d{1,9}))?|(?<bare>[^\\[]*:.*)");

  private ServerName() {}

  /** The API's name. */
  static String of(String service, String text) {
    RealServer server = parse(service, text);
    return ServiceName.of(service) + "/servers/" + ServiceName.endpoint(server.getAddress(), server.getPort());
  }

  /** Address and port. */
  static RealServer parse(String service, String text) {
    VirtualService parent = ServiceName.parse(service);
    Matcher server = SERVER.matcher(text);
    if (!server.matches()) {
      throw new Failure(Failure.USAGE, "SERVER: `" + text + "' is not a real server",
          "write ADDRESS:PORT, such as 10.1.0.11:8080 or [fd01::11]:8080; without a port it is the service's");
    }
    String port = server.group("port6") != null ? server.group("port6") : server.group("port4");
    String address = server.group("v6") != null ? server.group("v6")
        : server.group("v4") != null ? server.group("v4") : server.group("bare");
    int number = port == null ? 0 : ServiceName.port(port);
    return RealServer.newBuilder()
        .setAddress(ServiceName.canonical(address))
        .setPort(number == 0 ? parent.getPort() : number)
        .build();
  }
}
