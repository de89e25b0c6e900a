// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.xlvs.controller.schedule.Recording;
import io.xlvs.controller.schedule.Schedulers;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.VirtualService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel's programs give the picks that a real IPVS gave. Needs root. */
class KernelPicksTest {
  private static final int DRAWS = 6000;

  private static KernelDirector director;
  private static int port = 1000;

  @BeforeAll
  static void load() {
    director = new KernelDirector();
  }

  @AfterAll
  static void unload() throws Exception {
    director.close();
  }

  static List<Recording> recordings() {
    return Recording.all();
  }

  @ParameterizedTest
  @MethodSource("recordings")
  void theKernelGivesTheRecordedPicks(Recording recording) {
    serve(recording.scheduler(), recording.flags(), recording.servers());
    if (recording.connections().equals("dests")) {
      director.alsoServe(recording.destinations());
    }
    assertThat(recording.replay(director)).isEqualTo(recording.steps());
  }

  /** A new service. */
  private static void serve(String scheduler, Set<SchedulerFlag> flags, List<RealServer> servers) {
    ServiceKey key = new ServiceKey.Endpoint(Protocol.TCP, Recording.VIP, ++port);
    director.apply(new VirtualService(key, scheduler, flags, 0, 0, 0, "", false, Timeouts.NONE, servers, List.of(), port, port));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lblc", "lblcr"})
  void aDestinationLeavesItsServerForOneWithLessThanHalfOfItsWeight(String scheduler) {
    IpAddress client = IpAddress.parse("10.0.0.2");
    serve(scheduler, Set.of(), List.of(Recording.server('1', 4, 0), Recording.server('2', 4, 0)));
    assertThat(director.pick(client, 20000, Recording.VIP)).isEqualTo('2');
    director.count('2', 4, 0);
    assertThat(director.pick(client, 20001, Recording.VIP)).as("as many as its weight").isEqualTo('2');
    director.count('1', 2, 0);
    assertThat(director.pick(client, 20002, Recording.VIP)).as("more, while the other has half").isEqualTo('2');
    director.count('1', 1, 0);
    assertThat(director.pick(client, 20003, Recording.VIP)).isEqualTo('1');
  }

  /** The same hash of the client as with mh, and its place in the larger table. */
  @Test
  void mhMinimalLooksTheClientUpInItsOwnTable() {
    List<RealServer> servers = List.of(Recording.server('1', 3, 0), Recording.server('2', 0, 0), Recording.server('3', 1, 0));
    serve("mh", Set.of(SchedulerFlag.MH_MINIMAL, SchedulerFlag.MH_PORT), servers);
    VirtualService service = director.service();
    List<RealServer> newestFirst = service.serversNewestFirst();
    int[] table = Schedulers.of(service).ring(newestFirst).entries();
    assertThat(table).hasSize(65537);
    Set<Character> picked = new HashSet<>();
    for (int i = 0; i < 60; i++) {
      IpAddress client = IpAddress.ofIpv4(0x0a000100 + i);
      int place = Integer.remainderUnsigned(Recording.maglev(client, 20000 + i), table.length);
      char expected = Recording.name(newestFirst.get(table[place]).address());
      assertThat(director.pick(client, 20000 + i, Recording.VIP)).as("client %d", i).isEqualTo(expected);
      picked.add(expected);
    }
    assertThat(picked).containsExactlyInAnyOrder('1', '3');
  }

  @Test
  void aChangeOfSchedulerWeightsOrFlagsKeepsConnections() {
    IpAddress client = IpAddress.parse("10.0.0.2");
    List<RealServer> servers = List.of(Recording.server('1', 3, 0), Recording.server('2', 2, 0), Recording.server('3', 1, 0));
    serve("rr", Set.of(), servers);
    char[] picked = new char[3];
    for (int i = 0; i < picked.length; i++) {
      picked[i] = director.pick(client, 20000 + i, Recording.VIP);
    }
    assertThat(picked).containsExactly('3', '2', '1');
    for (String scheduler : Schedulers.KNOWN) {
      director.change(scheduler, List.of(Recording.server('1', 9, 0), Recording.server('2', 0, 0), Recording.server('3', 9, 0)));
      director.setFlags(Set.of(SchedulerFlag.FLAG_1, SchedulerFlag.FLAG_2, SchedulerFlag.FLAG_3));
      for (int i = 0; i < picked.length; i++) {
        assertThat(director.pick(client, 20000 + i, Recording.VIP)).as("SYN once more, %s", scheduler).isEqualTo(picked[i]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rr", "wrr", "lc", "wlc", "sed", "nq", "fo", "ovf", "twos", "lblc", "lblcr"})
  void aServerThatIsBeingRemovedIsPassedOver(String scheduler) {
    serve(scheduler, Set.of(), List.of(Recording.server('1', 1, 0), Recording.server('2', 5, 0)));
    director.withdraw('2');
    for (int i = 0; i < 3; i++) {
      director.count('1', 0, 0);
      assertThat(director.pick(IpAddress.parse("10.0.0.2"), 20000 + i, Recording.VIP)).isEqualTo('1');
    }
  }

  /**
   * Weights, thresholds (1: overloaded, 0: none) and active connections of servers 1, 2, 3; 3 is the newest. Each pick is made anew
   * from these counts.
   */
  @ParameterizedTest
  @CsvSource({
    "1/1/1, 0/0/0, 0/0/0",
    "3/2/1, 0/0/0, 0/0/0",
    "3/2/1, 0/0/0, 5/3/1",
    "3/0/1, 0/0/0, 4/0/1",
    "65535/1/30000, 0/0/0, 0/0/0",
    "3/2/1, 0/0/1, 1/1/1",
    "1/1/1, 1/0/0, 1/2/1",
    "2/5/3, 0/1/0, 1/1/2",
    "2/5/3, 1/1/0, 1/1/2",
  })
  void twosDrawsAsIpvsDoes(String weights, String thresholds, String counts) {
    int[] weight = numbers(weights);
    int[] active = numbers(counts);
    int[] threshold = numbers(thresholds);
    List<RealServer> servers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      servers.add(Recording.server((char) ('1' + i), weight[i], threshold[i]));
      weight[i] = threshold[i] > 0 ? 0 : weight[i];
    }
    serve("twos", Set.of(), servers);
    IntStream.range(0, 3).filter(i -> threshold[i] > 0).forEach(i -> director.overload((char) ('1' + i)));
    double[] chances = twosChances(weight, active);
    int[] picks = new int[3];
    for (int n = 0; n < DRAWS; n++) {
      for (int i = 0; i < 3; i++) {
        director.count((char) ('1' + i), active[i], 0);
      }
      picks[director.pick(IpAddress.ofIpv4(0x0a000100 + n / 1000), 20000 + n % 1000, Recording.VIP) - '1']++;
    }
    for (int i = 0; i < 3; i++) {
      double deviation = Math.sqrt(DRAWS * chances[i] * (1 - chances[i]));
      assertThat((double) picks[i]).as("server %d", i + 1).isCloseTo(DRAWS * chances[i], within(5 * deviation));
    }
  }

  /** ip_vs_twos.c: both draws, the newest server first, from 0 to the sum of weights; the second one is taken if it is less loaded. */
  private static double[] twosChances(int[] weight, int[] active) {
    double sum = 1.0 + IntStream.of(weight).sum();
    double[] draw = new double[3];
    double extra = 1;
    for (int i = 2; i >= 0; i--) {
      draw[i] = weight[i] == 0 ? 0 : (weight[i] + extra) / sum;
      extra = weight[i] == 0 ? extra : 0;
    }
    double[] chances = new double[3];
    for (int one = 0; one < 3; one++) {
      for (int two = 0; two < 3; two++) {
        boolean second = (long) weight[two] * active[one] > (long) weight[one] * active[two];
        chances[second ? two : one] += draw[one] * draw[two];
      }
    }
    return chances;
  }

  private static int[] numbers(String text) {
    return Arrays.stream(text.split("/")).mapToInt(Integer::parseInt).toArray();
  }
}
