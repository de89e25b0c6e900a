// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import com.google.protobuf.Duration;
import io.xlvs.ctl.Failure;
import io.xlvs.v1.ConnectionFilter;
import io.xlvs.v1.ConnectionKind;
import io.xlvs.v1.ConnectionState;
import io.xlvs.v1.Protocol;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Which connections are meant; all conditions given must hold. */
final class ConnectionOptions {
  /** Words of --protocol. */
  enum ProtocolName {
    TCP,
    UDP,
    SCTP
  }

  /** Words of --kind. */
  enum Kind {
    CONNECTIONS,
    TEMPLATES,
    ANY
  }

  private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)?");
  private static final int NANOS_PER_MILLI = 1_000_000;

  @Option(names = "--service", paramLabel = "SERVICE", description = "Of this virtual service.")
  private String service;

  @Option(names = "--server", paramLabel = "SERVER", defaultValue = "", description = "Of this real server: ADDRESS or ADDRESS:PORT.")
  private String server;

  @Option(names = "--client", paramLabel = "CLIENT", defaultValue = "", description = "Of this client: ADDRESS or ADDRESS/LENGTH.")
  private String client;

  @Option(names = "--state", paramLabel = "STATE", split = ",",
      description = "In one of these states, such as established,syn-recv.")
  private List<String> states = List.of();

  @Option(names = "--protocol", paramLabel = "PROTOCOL", description = "tcp, udp or sctp.")
  private ProtocolName protocol;

  @Option(names = "--min-idle", paramLabel = "TIME",
      description = "Without a packet for at least so long: 90s, 15m, 2h, 1d. What the flow cache forwards is noticed within 30 s.")
  private String minIdle;

  @Option(names = "--max-idle", paramLabel = "TIME", description = "Without a packet for at most so long.")
  private String maxIdle;

  @Option(names = "--min-age", paramLabel = "TIME", description = "Established for at least so long.")
  private String minAge;

  @Option(names = "--max-age", paramLabel = "TIME", description = "Established for at most so long.")
  private String maxAge;

  @Option(names = "--kind", paramLabel = "KIND", description = "connections, templates (of persistence) or any (default of list: any, of delete: connections).")
  private Kind kind;

  /** The API's filter. */
  ConnectionFilter filter() {
    ConnectionFilter.Builder filter = ConnectionFilter.newBuilder().setServer(server).setClient(client);
    if (service != null) {
      filter.setService(ServiceName.of(service));
    }
    states.forEach(state -> filter.addStates(state(state)));
    if (protocol != null) {
      filter.setProtocol(Protocol.valueOf("PROTOCOL_" + protocol));
    }
    if (minIdle != null) {
      filter.setMinIdle(time("--min-idle", minIdle));
    }
    if (maxIdle != null) {
      filter.setMaxIdle(time("--max-idle", maxIdle));
    }
    if (minAge != null) {
      filter.setMinAge(time("--min-age", minAge));
    }
    if (maxAge != null) {
      filter.setMaxAge(time("--max-age", maxAge));
    }
    if (kind != null) {
      filter.setKind(switch (kind) {
        case CONNECTIONS -> ConnectionKind.CONNECTION_KIND_CONNECTION;
        case TEMPLATES -> ConnectionKind.CONNECTION_KIND_TEMPLATE;
        case ANY -> ConnectionKind.CONNECTION_KIND_ANY;
      });
    }
    return filter.build();
  }

  private static ConnectionState state(String name) {
    String constant = name.toUpperCase(Locale.ROOT).replace('-', '_');
    try {
      ConnectionState state = ConnectionState.valueOf("CONNECTION_STATE_" + constant);
      if (state != ConnectionState.CONNECTION_STATE_UNSPECIFIED) {
        return state;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw new Failure(Failure.USAGE, "--state: `" + name + "' is not a state",
        "states are none, established, syn-sent, syn-recv, fin-wait, time-wait, close, close-wait, last-ack, listen,"
            + " synack, udp, assured, and of SCTP sctp-init1, sctp-init, sctp-cookie-sent, sctp-cookie-replied, sctp-cookie-wait,"
            + " sctp-cookie, sctp-cookie-echoed, sctp-established, sctp-shutdown-sent, sctp-shutdown-received,"
            + " sctp-shutdown-ack-sent, sctp-rejected, sctp-closed");
  }

  private static Duration time(String option, String text) {
    Matcher time = TIME.matcher(text);
    if (!time.matches()) {
      throw new Failure(Failure.USAGE, option + ": `" + text + "' is not a time", "a number with a unit would be: 500ms, 90s, 15m, 2h, 1d");
    }
    long number = Long.parseLong(time.group(1));
    String unit = time.group(2) == null ? "s" : time.group(2);
    if (unit.equals("ms")) {
      return Duration.newBuilder().setSeconds(number / 1000).setNanos((int) (number % 1000) * NANOS_PER_MILLI).build();
    }
    int seconds = switch (unit) {
      case "m" -> 60;
      case "h" -> 3600;
      case "d" -> 86400;
      default -> 1;
    };
    return Duration.newBuilder().setSeconds(number * seconds).build();
  }
}
