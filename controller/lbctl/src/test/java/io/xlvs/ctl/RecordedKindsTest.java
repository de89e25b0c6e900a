// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import io.xlvs.v1.Connection;
import io.xlvs.v1.ConnectionState;
import io.xlvs.v1.Counters;
import io.xlvs.v1.DirectorStatus;
import io.xlvs.v1.Protocol;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.TableStatus;
import io.xlvs.v1.VirtualService;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * One table with services of every kind and connections of most, as ipvsadm lists it in every way and as /proc/net has it (kinds.txt,
 * proc.txt): the fake director is filled from some of the listings, and lbctl must print them all.
 */
final class RecordedKindsTest extends AgainstFakeServer {
  private static final List<Recording> SESSION = Recording.read("kinds.txt");

  private String service;

  @BeforeEach
  void fill() {
    SESSION.stream().filter(RecordedKindsTest::isRule).forEach(rule -> assertThat(lbctl.run(rule.arguments()).status()).isZero());
    fill("-Ln", (counters, cells) -> counters.setActiveConnections(cells[0]).setInactiveConnections(cells[1]), 2);
    fill("-Ln --persistent-conn", (counters, cells) -> counters.setPersistentConnections(cells[0]), 3);
    rows("-Ln --stats").forEach(row -> count(row, (counters, cells) -> counters.setConnections(cells[0]).setInPackets(cells[1])
        .setOutPackets(cells[2]).setInBytes(cells[3]).setOutBytes(cells[4])));
    rows("-Ln --rate").forEach(row -> count(row, (counters, cells) -> counters.setConnectionsPerSecond(cells[0])
        .setInPacketsPerSecond(cells[1]).setOutPacketsPerSecond(cells[2]).setInBytesPerSecond(cells[3]).setOutBytesPerSecond(cells[4])));
    rows("-Lnc --persistent-conn").skip(2).forEach(this::connection);
    server.status = DirectorStatus.newBuilder().setJiffiesPerSecond(100)
        .addTables(TableStatus.newBuilder().setName("connections").setCapacity(4096))
        .setCounters(Counters.newBuilder().setConnections(13).setInPackets(20).setOutPackets(10).setInBytes(0x4aa).setOutBytes(0x2e3)
            .setConnectionsPerSecond(1).setInPacketsPerSecond(2).setOutPacketsPerSecond(1).setInBytesPerSecond(0x6d)
            .setOutBytesPerSecond(0x45)).build();
  }

  private static boolean isRule(Recording recorded) {
    return recorded.arguments().matches("-[Aa] .*");
  }

  private static Recording find(String arguments) {
    return SESSION.stream().filter(one -> one.arguments().equals(arguments)).findFirst().orElseThrow();
  }

  private static java.util.stream.Stream<String> rows(String arguments) {
    return find(arguments).out().lines();
  }

  /** The API's name of a service in a row; marks above 2^31 are negative there. */
  private static String name(String row) {
    String[] words = row.trim().split(" +");
    return words[0].equals("FWM")
        ? "services/fwm" + (row.contains("IPv6") ? "6:" : "4:") + Integer.toUnsignedString(Integer.parseInt(words[1]))
        : "services/" + words[0].toLowerCase(java.util.Locale.ROOT) + ":" + words[1];
  }

  private void change(String row, BiConsumer<VirtualService.Builder, String> ofService, BiConsumer<RealServer.Builder, String> ofServer) {
    if (row.matches("(TCP|UDP|FWM) .*")) {
      service = name(row);
      VirtualService.Builder builder = server.director.services.get(service).toBuilder();
      ofService.accept(builder, row);
      server.director.services.put(service, builder.build());
    } else if (row.matches("  -> [\\[0-9].*")) {
      VirtualService.Builder builder = server.director.services.get(service).toBuilder();
      String endpoint = row.trim().split(" +")[1];
      builder.getServersBuilderList().stream().filter(one -> one.getName().endsWith("/" + endpoint)).forEach(one -> ofServer.accept(one, row));
      server.director.services.put(service, builder.build());
    }
  }

  private static long[] last(String row, int columns) {
    String[] words = row.trim().split(" +");
    return Arrays.stream(words).skip(words.length - columns).mapToLong(Long::parseLong).toArray();
  }

  private void fill(String arguments, BiConsumer<RealServer.Builder, long[]> fill, int columns) {
    rows(arguments).forEach(row -> change(row, (one, text) -> { }, (one, text) -> fill.accept(one, last(text, columns))));
  }

  private void count(String row, BiConsumer<Counters.Builder, long[]> fill) {
    change(row, (one, text) -> fill.accept(one.getCountersBuilder(), last(text, 5)),
        (one, text) -> fill.accept(one.getCountersBuilder(), last(text, 5)));
  }

  private void connection(String row) {
    String[] words = row.trim().split(" +");
    String[] clock = words[1].split(":");
    server.connections.add(Connection.newBuilder()
        .setProtocol(words[0].equals("IP") ? Protocol.PROTOCOL_UNSPECIFIED : Protocol.valueOf("PROTOCOL_" + words[0]))
        .setExpiresIn(Duration.newBuilder().setSeconds(60L * Integer.parseInt(clock[0]) + Integer.parseInt(clock[1])))
        .setState(ConnectionState.valueOf("CONNECTION_STATE_" + words[2]))
        .setClientAddress(host(words[3])).setClientPort(port(words[3]))
        .setVirtualAddress(host(words[4])).setVirtualPort(port(words[4]))
        .setServerAddress(host(words[5])).setServerPort(port(words[5]))
        .setPersistenceEngine(words.length > 6 ? words[6] : "").setPersistenceData(words.length > 6 ? words[7] : "").build());
  }

  private static String host(String endpoint) {
    return endpoint.substring(0, endpoint.lastIndexOf(':')).replaceAll("[\\[\\]]", "");
  }

  private static int port(String endpoint) {
    return Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
  }

  /** The kernel's order of services is that of its hash table: taken for the order of creation. */
  private void inTheKernelsOrder() {
    Map<String, VirtualService> inOrder = new LinkedHashMap<>();
    rows("-Ln --nosort").filter(row -> row.matches("(TCP|UDP|FWM) .*"))
        .forEach(row -> inOrder.put(name(row), server.director.services.get(name(row))));
    server.director.services = inOrder;
  }

  /** What lbctl means to print where ipvsadm shows a mark as a negative number. */
  private static String meant(String text) {
    return text.replaceAll("-2147483647(?=  )", "2147483649 ").replace("-2147483647", "2147483649");
  }

  @Test
  void everyListingReadsAsRecorded() {
    inTheKernelsOrder();
    for (Recording recorded : SESSION) {
      if (!isRule(recorded)) {
        Lbctl.Result result = lbctl.run(recorded.arguments());
        assertThat(result.out()).as("lbctl " + recorded.arguments()).isEqualTo(meant(recorded.out()));
        assertThat(result.status()).as("lbctl " + recorded.arguments()).isEqualTo(recorded.status());
        recorded.err().forEach(line -> assertThat(result).as("lbctl " + recorded.arguments()).matches(answer -> answer.says(line)));
      }
    }
  }

  @Test
  void filesOfProcReadAsRecorded() throws IOException {
    inTheKernelsOrder();
    String recorded = Recording.text("proc.txt");
    for (String file : List.of("ip_vs", "ip_vs_conn", "ip_vs_conn_sync", "ip_vs_stats")) {
      String title = "# cat /proc/net/" + file + "\n";
      int from = recorded.indexOf(title) + title.length();
      String expected = recorded.substring(from, recorded.indexOf("# cat", from));
      assertThat(lbctl.run("proc " + file)).as(file).isEqualTo(new Lbctl.Result(0, meant(expected), ""));
    }
  }
}
