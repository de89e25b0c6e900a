// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import io.xlvs.v1.Connection;
import io.xlvs.v1.ConnectionState;
import io.xlvs.v1.Counters;
import io.xlvs.v1.Protocol;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.VirtualService;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listings are ipvsadm's, byte for byte: recorded sessions are replayed and compared. */
final class RecordedListingsTest extends AgainstFakeServer {
  /** ipvsadm -S loses thresholds; lbctl -S saves them. */
  private static final Map<String, String> SAVED_INSTEAD = Map.of(
      "10.1.0.13:80 -m -w 0\n-A", "10.1.0.13:80 -m -w 0 -x 100 -y 50\n-A",
      "10.1.0.13:http -m -w 0\n-A", "10.1.0.13:http -m -w 0 -x 100 -y 50\n-A",
      "-r 10.1.0.13:80 -m -w 1\n-A -t 10.0.0.101", "-r 10.1.0.13:80 -m -w 1 -x 5\n-A -t 10.0.0.101",
      "-r 10.1.0.13:http -m -w 1\n-A -t 10.0.0.101", "-r 10.1.0.13:http -m -w 1 -x 5\n-A -t 10.0.0.101");

  @ParameterizedTest
  @ValueSource(strings = {"empty.txt", "full.txt", "edit.txt", "timeouts.txt"})
  void sessionReadsAsRecorded(String name) {
    for (Recording recorded : Recording.read(name)) {
      replay(recorded);
    }
  }

  private void replay(Recording recorded) {
    Lbctl.Result result = lbctl.run(recorded.arguments());
    String expected = recorded.out();
    if (recorded.arguments().startsWith("-S")) {
      for (Map.Entry<String, String> difference : SAVED_INSTEAD.entrySet()) {
        expected = expected.replace(difference.getKey(), difference.getValue());
      }
    }
    assertThat(result.out()).as("lbctl " + recorded.arguments()).isEqualTo(expected);
    if (recorded.err().isEmpty()) {
      assertThat(result.said()).as("lbctl " + recorded.arguments()).isEmpty();
    } else {
      assertThat(result).as("lbctl " + recorded.arguments()).matches(answer -> answer.says(recorded.err().get(0)));
    }
    assertThat(result.status()).as("lbctl " + recorded.arguments()).isEqualTo(recorded.status());
  }

  @Test
  void unsortedListingHasTheKernelsOrder() {
    for (Recording recorded : Recording.read("full.txt")) {
      if (recorded.arguments().matches("-[Aa] .*")) {
        lbctl.run(recorded.arguments());
      }
    }
    Recording recorded = Recording.read("nosort.txt").get(0);
    // The kernel lists services by hash bucket: take its order for the order of creation.
    Map<String, VirtualService> inOrder = new LinkedHashMap<>();
    for (String row : recorded.rows().subList(3, recorded.rows().size())) {
      if (!row.startsWith("  ->")) {
        String name = name(row);
        inOrder.put(name, server.director.services.get(name));
      }
    }
    server.director.services = inOrder;

    assertThat(lbctl.run(recorded.arguments()).out()).isEqualTo(recorded.out());
  }

  @Test
  void figuresAndConnectionsReadAsRecorded() {
    List<Recording> session = Recording.read("traffic.txt");
    session.get(0).rows().stream().skip(3).forEach(new Filler()::weights);
    session.get(1).rows().stream().skip(3).forEach(new Filler()::totals);
    session.get(2).rows().stream().skip(3).forEach(new Filler()::rates);
    Recording persistent = find(session, "-Ln --persistent-conn");
    persistent.rows().stream().skip(3).forEach(new Filler()::persistent);

    for (Recording recorded : session) {
      server.connections.clear();
      if (recorded.out().startsWith("IPVS connection entries")) {
        recorded.rows().stream().skip(2).forEach(this::connection);
      }
      replay(recorded);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ipv6.txt", "sctp.txt", "sip.txt"})
  void otherSessionsReadAsRecorded(String name) {
    List<Recording> session = Recording.read(name);
    session.get(0).rows().stream().skip(3).forEach(new Filler()::weights);
    session.get(1).rows().stream().skip(2).forEach(this::connection);

    session.forEach(this::replay);
  }

  private static Recording find(List<Recording> session, String arguments) {
    return session.stream().filter(one -> one.arguments().equals(arguments)).findFirst().orElseThrow();
  }

  /** The API's name of the service in a row of a listing. */
  private static String name(String row) {
    String[] words = row.trim().split(" +");
    return words[0].equals("FWM")
        ? "services/fwm" + (row.contains("IPv6") ? "6:" : "4:") + words[1]
        : "services/" + words[0].toLowerCase(java.util.Locale.ROOT) + ":" + words[1];
  }

  private void connection(String row) {
    for (Map.Entry<String, String> port : Map.of(":http-alt", ":8080", ":http", ":80", ":domain", ":53").entrySet()) {
      row = row.replaceAll(port.getKey() + "(?= |$)", port.getValue());
    }
    String[] words = row.trim().split(" +");
    String[] clock = words[1].split(":");
    server.connections.add(Connection.newBuilder()
        .setProtocol(Protocol.valueOf("PROTOCOL_" + words[0]))
        .setExpiresIn(Duration.newBuilder().setSeconds(60L * Integer.parseInt(clock[0]) + Integer.parseInt(clock[1])))
        .setState(ConnectionState.valueOf("CONNECTION_STATE_" + (words[0].equals("SCTP") ? sctp(words[2]) : words[2])))
        .setClientAddress(host(words[3])).setClientPort(port(words[3]))
        .setVirtualAddress(host(words[4])).setVirtualPort(port(words[4]))
        .setServerAddress(host(words[5])).setServerPort(port(words[5]))
        .setPersistenceEngine(words.length > 6 ? words[6] : "").setPersistenceData(words.length > 6 ? words[7] : "").build());
  }

  /** The API spells out what IPVS's words for SCTP abbreviate. */
  private static String sctp(String word) {
    return "SCTP_" + word.replaceFirst("^C-", "COOKIE_").replaceFirst("^S-", "SHUTDOWN_").replace('-', '_');
  }

  private static String host(String endpoint) {
    return endpoint.substring(0, endpoint.lastIndexOf(':')).replaceAll("[\\[\\]]", "");
  }

  private static int port(String endpoint) {
    return Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
  }

  private static String option(String protocol) {
    return switch (protocol) {
      case "UDP" -> "-u ";
      case "SCTP" -> "--sctp-service ";
      default -> "-t ";
    };
  }

  /** Puts a recorded listing's figures into the fake. */
  private final class Filler {
    private String service;

    void weights(String row) {
      String[] words = row.trim().split(" +");
      if (!row.startsWith("  ->")) {
        String option = option(words[0]);
        String persistence = row.contains("persistent") ? " -p " + words[4] : "";
        persistence += row.contains(" pe ") ? " --pe " + words[6] : "";
        assertThat(lbctl.run("-A " + option + words[1] + " -s " + words[2] + persistence).err()).isEmpty();
        service = option + words[1];
        return;
      }
      String method = words[2].equals("Masq") ? " -m" : " -g";
      assertThat(lbctl.run("-a " + service + " -r " + words[1] + method + " -w " + words[3]).err()).isEmpty();
      edit(words[1], server -> server.setActiveConnections(Long.parseLong(words[4]))
          .setInactiveConnections(Long.parseLong(words[5])));
    }

    void persistent(String row) {
      String[] words = row.trim().split(" +");
      if (row.startsWith("  ->")) {
        edit(words[1], server -> server.setPersistentConnections(Long.parseLong(words[3])));
      } else {
        service = option(words[0]) + words[1];
      }
    }

    void totals(String row) {
      counters(row, (counters, figures) -> counters.setConnections(figures[0]).setInPackets(figures[1])
          .setOutPackets(figures[2]).setInBytes(figures[3]).setOutBytes(figures[4]));
    }

    void rates(String row) {
      counters(row, (counters, figures) -> counters.setConnectionsPerSecond(figures[0]).setInPacketsPerSecond(figures[1])
          .setOutPacketsPerSecond(figures[2]).setInBytesPerSecond(figures[3]).setOutBytesPerSecond(figures[4]));
    }

    private void counters(String row, java.util.function.BiConsumer<Counters.Builder, long[]> fill) {
      String[] words = row.trim().split(" +");
      long[] figures = java.util.Arrays.stream(words).skip(2).mapToLong(Long::parseLong).toArray();
      if (row.startsWith("  ->")) {
        edit(words[1], server -> fill.accept(server.getCountersBuilder(), figures));
        return;
      }
      service = option(words[0]) + words[1];
      VirtualService.Builder builder = server.director.services.get(name(row)).toBuilder();
      fill.accept(builder.getCountersBuilder(), figures);
      server.director.services.put(name(row), builder.build());
    }

    private void edit(String endpoint, java.util.function.Consumer<RealServer.Builder> change) {
      String[] words = service.split(" ");
      String name = name((words[0].equals("-u") ? "udp " : words[0].equals("-t") ? "tcp " : "sctp ") + words[1]);
      VirtualService.Builder builder = server.director.services.get(name).toBuilder();
      builder.getServersBuilderList().stream()
          .filter(one -> one.getName().endsWith("/" + endpoint)).forEach(change);
      server.director.services.put(name, builder.build());
    }
  }
}
