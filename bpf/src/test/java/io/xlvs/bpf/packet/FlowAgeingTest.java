// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Control;
import io.xlvs.bpf.State;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How long a cached decision counts. The copies are diverted to server 1, while the connection table says 3: where a packet
 * comes out tells which of the two was asked.
 */
class FlowAgeingTest {
  private static final int DATA = Tcp.ACK | Tcp.PSH;
  private static final char COPY = '1';
  private static final char TABLE = '3';
  private static final List<Connection.Tuple> CLIENTS =
      List.of(ThreeServers.tcp("203.0.113.5", 4000, 80), ThreeServers.tcp("2001:db8:c::5", 4000, 80));

  private ThreeServers servers;
  private FlowCopies copies;

  @BeforeEach
  void load() {
    servers = new ThreeServers(Protocol.TCP, 80);
    copies = new FlowCopies(servers.bench().plane());
  }

  @AfterEach
  void unload() {
    servers.close();
  }

  /** An established connection whose copy leads elsewhere. */
  private void divert(Connection.Tuple client) {
    assertThat(servers.establish(client)).isEqualTo(TABLE);
    lead(client);
    assertThat(servers.segment(client, DATA)).isEqualTo(COPY);
  }

  private void lead(Connection.Tuple client) {
    copies.divert(otherServer(client));
  }

  private static int otherServer(Connection.Tuple client) {
    return ThreeServers.slot(World.version(client.source()) == 4 ? 0 : 1, 1);
  }

  private void each(Consumer<Connection.Tuple> test) {
    for (Connection.Tuple client : CLIENTS) {
      unload();
      load();
      test.accept(client);
    }
  }

  @Test
  void shouldAskTheTableOnceTheTimeIsUpAndThenTrustTheNewCopy() {
    each(client -> {
      divert(client);
      copies.ageFully();
      assertThat(servers.segment(client, DATA)).isEqualTo(TABLE);
      lead(client);
      assertThat(servers.segment(client, DATA)).isEqualTo(COPY);
    });
  }

  @Test
  void shouldTrustTheCopyForFramesWithVlanTagsToo() {
    each(client -> {
      divert(client);
      byte[] packet = new Ip(client.source(), client.destination(), new Tcp(client.sourcePort(), client.destinationPort(), DATA)).encode();
      for (int[] tags : new int[][] {{7}, {7, 8}}) {
        byte[] frame = new Ether(new byte[6], new byte[6], tags).wrap(packet);
        assertThat(servers.sendFrame(frame)).as("%d tags", tags.length).isEqualTo(COPY);
      }
    });
  }

  /** Numbers of periods go round: 65536 periods later a copy must not come back to life for longer than it lived. */
  @Test
  void shouldStayStaleWhateverPeriodItIs() {
    each(client -> {
      divert(client);
      copies.ageFully();
      for (int periods = 64; periods < 65_536 - 64; periods += 1000) {
        copies.age(periods == 64 ? 0 : 1000);
        assertThat(servers.segment(client, DATA)).as("after %d periods", periods).isEqualTo(TABLE);
        lead(client);
        copies.age(periods);
      }
    });
  }

  @Test
  void shouldRefreshItsConnectionWheneverItIsChecked() {
    each(client -> {
      divert(client);
      servers.tables().backdate(client, 1000);
      long before = servers.tables().connection(client).lastSeenJiffies();
      servers.segment(client, DATA);
      assertThat(servers.tables().connection(client).lastSeenJiffies()).as("a copy does not").isEqualTo(before);
      copies.ageFully();
      servers.segment(client, DATA);
      assertThat(servers.tables().connection(client).lastSeenJiffies()).isGreaterThanOrEqualTo(before + 1000);
    });
  }

  /** Between two checks a quarter of the time-out passes at most: the sweep must not take a connection in use for idle. */
  @Test
  void shouldCountForAQuarterOfTheTimeoutAtMost() {
    int second = DataPlane.JIFFIES_PER_SECOND;
    long established = Control.timeout(State.ESTABLISHED);
    each(client -> {
      servers.bench().plane().array("control").putInt(established, 8 * second);
      servers.establish(client);
      servers.segment(client, DATA);
      lead(client);
      assertThat(servers.segment(client, DATA)).isEqualTo(COPY);
      // 2 seconds are 500 jiffies: three periods of 128 and a part
      copies.age(4);
      assertThat(servers.segment(client, DATA)).isEqualTo(TABLE);
    });
  }

  @Test
  void shouldNotCountAfterItsEpoch() {
    each(client -> {
      divert(client);
      copies.bumpEpochs();
      assertThat(servers.segment(client, DATA)).isEqualTo(TABLE);
    });
  }

  @Test
  void shouldNotBringBackADeletedConnection() {
    each(client -> {
      divert(client);
      servers.tables().expire(client);
      servers.tables().sweep();
      long[] before = servers.bench().plane().reasons();
      assertThat(servers.segment(client, DATA)).isEqualTo(ThreeServers.REFUSED);
      assertThat(servers.bench().counted(before)).isEqualTo(", counted: NO_CONNECTION");
      assertThat(servers.tables().connections("connections").entries()).isEmpty();
      assertThat(servers.connect(client)).as("scheduled anew").isEqualTo('2');
      servers.segment(client, Tcp.ACK);
      assertThat(servers.segment(client, DATA)).isEqualTo('2');
    });
  }

  @Test
  void shouldNotCountOnceTheConnectionCloses() {
    each(client -> {
      divert(client);
      assertThat(servers.segment(client, Tcp.FIN | Tcp.ACK)).isEqualTo(TABLE);
      assertThat(servers.segment(client, DATA)).isEqualTo(TABLE);
    });
  }

  @Test
  void shouldNotLeadToARemovedServer() {
    each(client -> {
      divert(client);
      servers.tables().server(otherServer(client), "flags", 0);
      assertThat(servers.segment(client, DATA)).isEqualTo(TABLE);
    });
  }
}
