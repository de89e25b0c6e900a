// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.Tunnel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rings, picked from as the kernel does, give the picks that a real IPVS gave. */
class RecordedPicksTest {
  static Stream<String> picks() {
    return lines("picks.txt");
  }

  static Stream<String> changes() {
    return lines("changes.txt");
  }

  private static Stream<String> lines(String resource) {
    try (InputStream in = RecordedPicksTest.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("#")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theRecordingsAreAllThere() {
    assertThat(picks()).hasSize(42);
    assertThat(changes()).hasSize(3);
  }

  @ParameterizedTest
  @MethodSource("picks")
  void ringsGiveTheRecordedPicks(String line) {
    String[] words = line.split(" +");
    String[] scheduler = words[0].split("\\+");
    List<RealServer> newestFirst = new ArrayList<>();
    String[] weights = words[1].split(",");
    for (String number : words[2].split(",")) {
      newestFirst.add(0, server(number.charAt(0), Integer.parseInt(weights[number.charAt(0) - '1'])));
    }
    Picker picker = new Picker(newestFirst, Schedulers.byName(scheduler[0]).orElseThrow().ring(newestFirst),
        words[0].endsWith("-fallback"));
    StringBuilder picks = new StringBuilder();
    for (int i = 0; i < words[4].length(); i++) {
      IpAddress client = IpAddress.parse("10.0.0." + (words[3].equals("many") ? 20 + i : 2));
      int port = !words[0].endsWith("-port") ? 0 : words[3].equals("ports") ? 20000 + i : 20000;
      picks.append(picker.pick(client, port));
    }
    assertThat(picks).hasToString(words[4]);
  }

  @ParameterizedTest
  @MethodSource("changes")
  void aChangeGoesOnWhereIpvsGoesOn(String line) {
    String[] words = line.split(" +");
    Scheduler scheduler = Schedulers.byName(words[0]).orElseThrow();
    List<RealServer> servers = new ArrayList<>();
    String[] weights = words[1].split(",");
    for (int i = 0; i < 3; i++) {
      servers.add(0, server((char) ('1' + i), Integer.parseInt(weights[i])));
    }
    long counter = 0;
    for (int i = 2; i < words.length; i++) {
      if (words[i].startsWith("{")) {
        List<RealServer> after = changed(servers, words[i]);
        counter = scheduler.resume(servers, counter, after);
        servers = after;
        continue;
      }
      int[] ring = scheduler.ring(servers).entries();
      StringBuilder picks = new StringBuilder();
      for (int n = 0; n < words[i].length(); n++) {
        picks.append(name(servers.get(ring[(int) (counter++ % ring.length)])));
      }
      assertThat(picks).as("after %s", words[i - 1]).hasToString(words[i]);
    }
  }

  private static List<RealServer> changed(List<RealServer> servers, String change) {
    char number = change.charAt(1);
    List<RealServer> after = new ArrayList<>();
    boolean known = false;
    for (RealServer server : servers) {
      known |= name(server) == number;
      if (name(server) != number) {
        after.add(server);
      } else if (change.charAt(3) != '-') {
        after.add(server(number, change.charAt(3) - '0'));
      }
    }
    if (!known) {
      after.add(0, server(number, change.charAt(3) - '0'));
    }
    return after;
  }

  private static RealServer server(char number, int weight) {
    return new RealServer(IpAddress.parse("10.1.0.1" + number), 80, ForwardingMethod.NAT, weight, weight, 0, 0, Tunnel.DEFAULT, 1);
  }

  private static char name(RealServer server) {
    return (char) ('0' + (server.address().lowBits() & 0xff) % 10);
  }

  /** What the kernel does with a ring. */
  private static final class Picker {
    private final List<RealServer> servers;
    private final Ring ring;
    private final boolean fallback;
    private int counter;

    Picker(List<RealServer> servers, Ring ring, boolean fallback) {
      this.servers = servers;
      this.ring = ring;
      this.fallback = fallback;
    }

    char pick(IpAddress client, int port) {
      int length = ring.entries().length;
      if (length == 0) {
        return 'X';
      }
      if (ring.pick() == Ring.Pick.NEXT) {
        return name(servers.get(ring.entries()[counter++ % length]));
      }
      int first = index(client, port, 0);
      RealServer server = servers.get(ring.entries()[first]);
      for (int n = 0; server.weight() == 0 && fallback && n < length; n++) {
        server = servers.get(ring.entries()[index(client, port, (n + first) % length)]);
      }
      return server.weight() == 0 ? 'X' : name(server);
    }

    private int index(IpAddress client, int port, int offset) {
      return ring.pick() == Ring.Pick.SOURCE_HASH
          ? ClientHash.sourceHash(client, port, offset)
          : Integer.remainderUnsigned(ClientHash.maglev(client, port, offset), ring.entries().length);
    }
  }
}
