// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What clients get, and operators see, when there is no more room. */
@Tag("end-to-end")
class FullTablesTest {
  private static final int CONNECTIONS = 1024;

  /** Less what other tests' connections, which end by and by, may still take of it. */
  private static final int ROOM = CONNECTIONS - 100;
  private static final int SILENCE_MILLIS = 3_000;
  private static final int PATIENCE_MILLIS = 60_000;
  private static final long PATIENCE_SECONDS = 180;

  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT.withConnections(CONNECTIONS));

  @Test
  void aFullConnectionTableRefusesNewConnectionsByNameAndKeepsTheOthers() throws IOException {
    String vip = Mode.NAT.vip(Family.IPV4);
    List<Socket> open = new ArrayList<>();
    try {
      while (open.size() < ROOM) {
        open.add(LAB.client().open(vip, Mode.HTTP_PORT));
      }
      assertThat(refused("table_full")).isZero();
      // Their handshakes pass; there is no room for what comes after them.
      while (open.size() <= CONNECTIONS) {
        open.add(LAB.client().open(vip, Mode.HTTP_PORT));
      }
      Socket late = open.get(CONNECTIONS);
      late.setSoTimeout(SILENCE_MILLIS);
      assertThatThrownBy(() -> Client.ask(late)).isInstanceOf(SocketTimeoutException.class);

      assertThat(refused("table_full")).isPositive();
      assertThat(Client.ask(open.get(0)).saw(Family.IPV4.client())).as("an established connection").isTrue();
      assertThat(Client.ask(open.get(ROOM - 1)).saw(Family.IPV4.client())).as("one of the last that had room").isTrue();
    } finally {
      for (Socket socket : open) {
        // Ends with RST, whose state is the shortest.
        socket.setSoLinger(true, 0);
        socket.close();
      }
    }
    assertThat(Waiting.until(PATIENCE_SECONDS, FullTablesTest::isAnswered)).as("room for new connections after the others' end").isTrue();
  }

  private static boolean isAnswered() {
    try (Socket socket = LAB.client().open(Mode.NAT.vip(Family.IPV4), Mode.HTTP_PORT)) {
      socket.setSoTimeout(SILENCE_MILLIS);
      return Client.ask(socket).server().startsWith("rs");
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      throw new LabException("a connection failed otherwise than by silence", e);
    }
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void aClientsPortInUseAtAServerIsRefusedByNameAndItsOtherPortsGoOn(Family family) throws IOException {
    String vip = Mode.NAT.vip(family);
    String service = family.withPort(vip, 81);
    LAB.director().lbctl("-A", "-t", service, "-s", "rr");
    for (int number = 1; number <= Family.SERVERS; number++) {
      LAB.director().lbctl("-a", "-t", service, "-r", family.withPort(family.server(number), 8080), "-m");
    }
    List<Socket> open = new ArrayList<>();
    try {
      // To the servers the two services are one: each has this client's port by one of them already.
      for (int number = 1; number <= Family.SERVERS; number++) {
        LAB.director().lbctl("-A", "-t", family.withPort(vip, 90 + number), "-s", "rr");
        LAB.director().lbctl("-a", "-t", family.withPort(vip, 90 + number), "-r", family.withPort(family.server(number), 8080), "-m");
        open.add(LAB.client().openFrom(9_200, vip, 90 + number, PATIENCE_MILLIS));
      }
      long before = refused("port_in_use");

      assertThatThrownBy(() -> LAB.client().openFrom(9_200, vip, 81, SILENCE_MILLIS)).isInstanceOf(IOException.class);

      assertThat(refused("port_in_use")).isGreaterThan(before);
      assertThat(LAB.client().get(vip, 81).saw(family.client())).as("from another port").isTrue();
      for (Socket socket : open) {
        assertThat(Client.ask(socket).saw(family.client())).as("the port's first connection").isTrue();
      }
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
      LAB.director().lbctl("-D", "-t", service);
      for (int number = 1; number <= open.size(); number++) {
        LAB.director().lbctl("-D", "-t", family.withPort(vip, 90 + number));
      }
    }
  }

  /** How many packets `lbctl status` counts for a reason. */
  private static long refused(String reason) {
    return LAB.director().lbctl("status").lines().filter(line -> line.startsWith(reason + " "))
        .mapToLong(line -> Long.parseLong(line.split("\\s+")[1])).findFirst().orElse(0);
  }
}
