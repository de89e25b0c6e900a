// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** lbctl connection list and delete, with live connections. */
@Tag("end-to-end")
class ConnectionsTest {
  private static final int OPEN = 6;
  private static final long PATIENCE_SECONDS = 60;

  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT);

  private static String service(Mode mode, Family family) {
    return "tcp:" + family.withPort(mode.vip(family), Mode.HTTP_PORT);
  }

  private static List<String> list(String... conditions) {
    List<String> words = new ArrayList<>(List.of("connection", "list", "-o", "json"));
    words.addAll(List.of(conditions));
    return LAB.director().lbctl(words.toArray(String[]::new)).lines().toList();
  }

  /** What it says of how many. */
  private static String delete(String... conditions) {
    List<String> words = new ArrayList<>(List.of("connection", "delete"));
    words.addAll(List.of(conditions));
    Command.Result result = LAB.director().attempt("", words.toArray(String[]::new));
    assertThat(result.status()).as(result.err()).isZero();
    return result.err().trim();
  }

  /** Sums of the last columns of a listing: ActiveConn and InActConn, or with --persistent-conn the two and PersistConn before them. */
  private static long[] sums(Mode mode, Family family, int columns, String... options) {
    List<String> words = new ArrayList<>(List.of("-Ln", "-t", family.withPort(mode.vip(family), Mode.HTTP_PORT)));
    words.addAll(List.of(options));
    long[] sums = new long[columns];
    LAB.director().lbctl(words.toArray(String[]::new)).lines().filter(line -> line.matches("  -> .*\\d *")).forEach(line -> {
      String[] cells = line.trim().split(" +");
      for (int i = 0; i < columns; i++) {
        sums[i] += Long.parseLong(cells[cells.length - columns + i]);
      }
    });
    return sums;
  }

  private static List<Socket> open(Mode mode, Family family, int count) throws IOException {
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sockets.add(LAB.client().open(mode.vip(family), Mode.HTTP_PORT));
    }
    return sockets;
  }

  private static void close(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void deletedConnectionsAreGoneForBothSidesAndCountedNoMore(Mode mode) throws IOException {
    for (Family family : Family.values()) {
      String service = service(mode, family);
      delete("--service", service);
      List<Socket> sockets = open(mode, family, OPEN);
      try {
        assertThat(list("--service", service, "--state", "established", "--kind", "connections")).hasSize(OPEN)
            .allMatch(line -> line.contains("\"clientAddress\":\"" + family.client() + "\"") && line.contains("\"age\":"));
        assertThat(list("--service", service, "--min-age", "1h")).isEmpty();
        assertThat(list("--service", service, "--limit", "2")).hasSize(2);
        assertThat(sums(mode, family, 2)).containsExactly(OPEN, 0);
        int port = sockets.get(0).getLocalPort();

        assertThat(delete("--service", service, "--dry-run")).isEqualTo("would delete " + OPEN + " connections (nothing was changed)");
        assertThat(sums(mode, family, 2)).containsExactly(OPEN, 0);
        assertThat(delete("--service", service, "--client", family.client(), "--protocol", "tcp"))
            .isEqualTo("deleted " + OPEN + " connections");

        assertThat(sums(mode, family, 2)).containsExactly(0, 0);
        assertThat(list("--service", service)).isEmpty();
        // The director's own stack, which knows nothing of them, resets.
        for (Socket socket : sockets) {
          assertThatThrownBy(() -> Client.ask(socket)).as("port %d", port).isInstanceOf(IOException.class);
        }
        assertThat(LAB.client().get(mode.vip(family), Mode.HTTP_PORT).saw(family.client())).as("a new one").isTrue();
      } finally {
        close(sockets);
      }
    }
  }

  @Test
  void theConnectionsOfOneServerAreDeletedAndTheOthersGoOn() throws IOException {
    Family family = Family.IPV4;
    String service = service(Mode.NAT, family);
    delete("--service", service);
    List<Socket> sockets = open(Mode.NAT, family, OPEN);
    try {
      assertThat(delete("--service", service, "--server", family.server(1))).isEqualTo("deleted " + OPEN / Family.SERVERS + " connections");
      int answers = 0;
      for (Socket socket : sockets) {
        try {
          assertThat(Client.ask(socket).server()).isNotEqualTo("rs1");
          answers++;
        } catch (IOException reset) {
          // One of those that were deleted: counted below.
        }
      }
      assertThat(answers).isEqualTo(OPEN - OPEN / Family.SERVERS);
    } finally {
      close(sockets);
    }
  }

  @Test
  void aDeletedTemplateBindsItsClientNoMore() throws IOException {
    Family family = Family.IPV4;
    String vip = Mode.NAT.vip(family);
    String service = family.withPort(vip, 83);
    LAB.director().lbctl("-A", "-t", service, "-s", "rr", "-p", "300");
    try {
      for (int number = 1; number <= Family.SERVERS; number++) {
        LAB.director().lbctl("-a", "-t", service, "-r", family.withPort(family.server(number), 8080), "-m");
      }
      String bound = LAB.client().get(vip, 83).server();
      assertThat(LAB.client().get(vip, 83).server()).isEqualTo(bound);
      assertThat(list("--service", "tcp:" + service, "--kind", "templates")).hasSize(1);

      assertThat(delete("--service", "tcp:" + service)).startsWith("deleted 2 connections");
      assertThat(LAB.client().get(vip, 83).server()).as("templates stay").isEqualTo(bound);
      assertThat(delete("--service", "tcp:" + service, "--kind", "any")).isEqualTo("deleted 1 connection and 1 template");
      assertThat(list("--service", "tcp:" + service)).isEmpty();
      assertThat(LAB.client().get(vip, 83).server()).as("scheduled anew").isNotEqualTo(bound);
    } finally {
      LAB.director().lbctl("-D", "-t", service);
    }
  }

  @Test
  void countsAreTrueAfterTrafficAndDeletionsHaveMet() throws Exception {
    Family family = Family.IPV4;
    String service = service(Mode.NAT, family);
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService operator = Executors.newSingleThreadExecutor();
    try {
      Future<Long> deleting = operator.submit(() -> {
        long deleted = 0;
        while (!done.get()) {
          deleted += Long.parseLong(delete("--service", service, "--state", "time-wait,close,close-wait,fin-wait").split(" ")[1]);
        }
        return deleted;
      });
      for (int i = 0; i < 10; i++) {
        // Those that have ended only: each of these is answered.
        assertThat(LAB.client().getMany(Mode.NAT.vip(family), Mode.HTTP_PORT, 50)).hasSize(50);
      }
      done.set(true);
      assertThat(deleting.get()).isPositive();
    } finally {
      done.set(true);
      operator.shutdown();
    }
    assertThat(Waiting.until(PATIENCE_SECONDS, () ->
        Arrays.stream(sums(Mode.NAT, family, 2)).sum() == list("--service", service, "--kind", "connections").size())).isTrue();
    delete("--service", service);
    assertThat(sums(Mode.NAT, family, 2)).containsExactly(0, 0);
  }
}
