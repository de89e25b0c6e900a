// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import io.xlvs.v1.Connection;
import io.xlvs.v1.ConnectionFilter;
import io.xlvs.v1.ConnectionKind;
import io.xlvs.v1.ConnectionState;
import io.xlvs.v1.DeleteConnectionsRequest;
import io.xlvs.v1.DeleteConnectionsResponse;
import io.xlvs.v1.ForwardingMethod;
import io.xlvs.v1.Protocol;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code lbctl connection}: what is asked of xlvsd, and what is told. */
final class ConnectionVerbsTest extends AgainstFakeServer {
  private static final String CONDITIONS = " --service tcp:10.0.0.100:80 --client 192.0.2.0/24 --server 10.1.0.11:8080"
      + " --state established,syn-recv --protocol tcp --min-idle 90 --max-idle 15m --min-age 500ms --max-age 1d";

  private static final ConnectionFilter FILTER = ConnectionFilter.newBuilder()
      .setService("services/tcp:10.0.0.100:80").setClient("192.0.2.0/24").setServer("10.1.0.11:8080")
      .addStates(ConnectionState.CONNECTION_STATE_ESTABLISHED).addStates(ConnectionState.CONNECTION_STATE_SYN_RECV)
      .setProtocol(Protocol.PROTOCOL_TCP)
      .setMinIdle(Duration.newBuilder().setSeconds(90)).setMaxIdle(Duration.newBuilder().setSeconds(900))
      .setMinAge(Duration.newBuilder().setNanos(500_000_000)).setMaxAge(Duration.newBuilder().setSeconds(86400)).build();

  @BeforeEach
  void fill() {
    for (int i = 0; i < 20; i++) {
      server.connections.add(Connection.newBuilder().setProtocol(Protocol.PROTOCOL_TCP)
          .setState(ConnectionState.CONNECTION_STATE_ESTABLISHED).setExpiresIn(Duration.newBuilder().setSeconds(895))
          .setIdle(Duration.newBuilder().setSeconds(5)).setAge(Duration.newBuilder().setSeconds(3700))
          .setClientAddress("192.0.2.7").setClientPort(40000 + i).setVirtualAddress("10.0.0.100").setVirtualPort(80)
          .setServerAddress("10.1.0.11").setServerPort(8080).setMethod(ForwardingMethod.FORWARDING_METHOD_FULLNAT)
          .setLocalAddress("10.1.0.1").setLocalPort(5000 + i).build());
    }
  }

  @Test
  void aListingIsFilteredLimitedAndStreamed() {
    Lbctl.Result table = lbctl.run("connection list --limit 9 --kind templates" + CONDITIONS);

    assertThat(table.out().lines()).hasSize(10).contains(
        "PROTO STATE        EXPIRES  IDLE     AGE      CLIENT                   VIRTUAL                  SERVER                   METHOD   LOCAL",
        "tcp   established  14m 55s  5s       1h 1m    192.0.2.7:40000          10.0.0.100:80            10.1.0.11:8080"
            + "           fullnat  10.1.0.1:5000");
    assertThat(server.connectionQueries.get(0).getFilter())
        .isEqualTo(FILTER.toBuilder().setKind(ConnectionKind.CONNECTION_KIND_TEMPLATE).build());
    assertThat(server.connectionQueries.get(0).getLimit()).isEqualTo(9);
    assertThat(lbctl.run("connection list -o json").out().lines()).hasSize(20)
        .allMatch(line -> line.startsWith("{\"protocol\":\"PROTOCOL_TCP\"") && line.endsWith("}"));
    server.connections.clear();
    assertThat(lbctl.run("connection list").out().lines()).hasSize(1);
  }

  @Test
  void aDeletionSaysHowMany() {
    server.deleted = DeleteConnectionsResponse.newBuilder().setConnections(12).build();
    assertThat(lbctl.run("connection delete" + CONDITIONS)).isEqualTo(new Lbctl.Result(0, "", "deleted 12 connections\n"));
    assertThat(server.deletions.get(0)).isEqualTo(DeleteConnectionsRequest.newBuilder().setFilter(FILTER).build());

    server.deleted = DeleteConnectionsResponse.newBuilder().setConnections(1).setTemplates(2).build();
    assertThat(lbctl.run("connection delete --all --kind any --dry-run"))
        .isEqualTo(new Lbctl.Result(0, "", "would delete 1 connection and 2 templates (nothing was changed)\n"));
    assertThat(server.deletions.get(1)).isEqualTo(DeleteConnectionsRequest.newBuilder().setAll(true).setValidateOnly(true)
        .setFilter(ConnectionFilter.newBuilder().setKind(ConnectionKind.CONNECTION_KIND_ANY)).build());
    assertThat(lbctl.run("connection delete --all --dry-run -o json").out()).contains("\"connections\": \"1\"");
    assertThat(lbctl.run("connection delete --all -o json").out()).contains("\"connections\": \"1\"", "\"templates\": \"2\"");
  }

  @Test
  void aLongListingTellsATerminalHowFarItIs() {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    AtomicLong now = new AtomicLong();
    try (Progress progress = new Progress(new PrintStream(written, true), "connections", now::get)) {
      progress.add(512);
      now.set(999_999_999L);
      progress.add(512);
      assertThat(written.toString()).isEmpty();
      now.set(1_000_000_000L);
      progress.add(512);
      assertThat(written.toString()).isEqualTo("\r1,536 connections, 1 s");
      now.set(1_500_000_000L);
      progress.add(512);
      now.set(2_100_000_000L);
      progress.add(998_000);
    }
    assertThat(written.toString()).isEqualTo("\r1,536 connections, 1 s\r1,000,048 connections, 2 s\r" + " ".repeat(26) + "\r");
  }
}
