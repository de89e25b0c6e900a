// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Conn;
import io.xlvs.bpf.Delete;
import io.xlvs.bpf.Deletion;
import io.xlvs.bpf.DeletionOutcome;
import io.xlvs.bpf.ServiceFlag;
import io.xlvs.bpf.Template;
import io.xlvs.bpf.Tuple;
import io.xlvs.loader.TestRunOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Entries that the controller has chosen are deleted with all that hangs on them, and what changed meanwhile is not. */
class DeletionTest {
  private static final int CONNECTIONS = 3_000;
  private static final byte[] NOTHING = new byte[0];

  /** Runs xlvs_delete on these; what became of each. */
  private static List<DeletionOutcome> delete(DataPlane plane, List<Deletion> wanted) {
    var deletions = plane.array("deletions");
    for (int i = 0; i < wanted.size(); i++) {
      deletions.putBytes((long) i * deletions.strideBytes(), DataPlane.bytes(Deletion.CODEC, wanted.get(i)));
    }
    int deleted = delete(plane, wanted.size());
    List<DeletionOutcome> outcomes = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      byte[] bytes = new byte[Deletion.LAYOUT.size()];
      deletions.getBytes((long) i * deletions.strideBytes(), bytes);
      outcomes.add(Deletion.CODEC.decode(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder())).outcome());
    }
    assertThat(outcomes).filteredOn(DeletionOutcome.DELETED::equals).hasSize(deleted);
    return outcomes;
  }

  private static int delete(DataPlane plane, int count) {
    byte[] context = DataPlane.bytes(Delete.CODEC, new Delete(count, 0));
    byte[] after = plane.collection().program("xlvs_delete").testRun(TestRunOptions.context(context)).context();
    return Delete.CODEC.decode(ByteBuffer.wrap(after).order(ByteOrder.nativeOrder())).deleted();
  }

  private static List<Deletion> of(Map<Tuple, Conn> connections, boolean half) {
    return connections.entrySet().stream().map(entry -> Deletion.of(entry.getKey(), entry.getValue(), half)).toList();
  }

  @Test
  void anEstablishedConnectionGoesWithItsOtherDirectionItsCountAndItsCopies() {
    try (Lab lab = new Lab(); Bench bench = new Bench(Worlds.everything(lab, 1500), lab)) {
      Tables tables = new Tables(bench.plane());
      for (Worlds.Kind kind : Worlds.kinds()) {
        Talk talk = Talk.tcp(bench, lab, kind, 4000);
        talk.clientSends(kind + " SYN", Tcp.SYN, NOTHING);
        if (talk.hasReplies()) {
          talk.serverSends(kind + " SYN-ACK", Tcp.SYN | Tcp.ACK, NOTHING);
        }
        talk.clientSends(kind + " ACK", Tcp.ACK, NOTHING);
        talk.clientSends(kind + " data, which leaves a copy of the decision", Tcp.ACK, Talk.DATA);
        int server = talk.connection().server.index();
        assertThat(tables.load(server).active()).isEqualTo(1);

        assertThat(delete(bench.plane(), of(tables.connections("connections").entries(), false)))
            .as(kind.toString()).containsExactly(DeletionOutcome.DELETED);

        assertThat(talk.established()).isEmpty();
        assertThat(bench.plane().collection().map("replies", Tuple.CODEC, Tuple.CODEC).entries()).isEmpty();
        assertThat(tables.load(server).active()).isZero();
        byte[] more = talk.frame(new Tcp(4000, Worlds.TCP_PORT, Tcp.ACK).payload(Talk.DATA));
        assertThat(bench.verdict(bench.run(more, lab.uplink))).as(kind + ", after").isEqualTo(Expectation.Verdict.PASS);
      }
    }
  }

  @Test
  void whatHasChangedSinceItWasReadStays() {
    try (ThreeServers servers = new ThreeServers(Protocol.TCP, 443)) {
      Connection.Tuple client = ThreeServers.tcp("10.0.0.2", 10_000, 443);
      servers.establish(client);
      List<Deletion> asRead = of(servers.tables().connections("connections").entries(), false);
      servers.tables().backdate(client, 1);

      assertThat(delete(servers.bench().plane(), asRead)).containsExactly(DeletionOutcome.CHANGED);
      assertThat(servers.tables().connections("connections").entries()).hasSize(1);
      assertThat(delete(servers.bench().plane(), of(servers.tables().connections("connections").entries(), false)))
          .containsExactly(DeletionOutcome.DELETED);
      assertThat(delete(servers.bench().plane(), asRead)).containsExactly(DeletionOutcome.GONE);
    }
  }

  @Test
  void aHandshakeGoes() {
    try (ThreeServers servers = new ThreeServers(Protocol.TCP, 443)) {
      servers.connect(ThreeServers.tcp("10.0.0.2", 10_000, 443));
      assertThat(delete(servers.bench().plane(), of(servers.tables().connections("half_open").entries(), true)))
          .containsExactly(DeletionOutcome.DELETED);
      assertThat(servers.tables().connections("half_open").entries()).isEmpty();
      assertThat(servers.tables().load(ThreeServers.slot(0, 3)).active()).isZero();
    }
  }

  @Test
  void aTemplateThatConnectionsHoldBindsTheClientNoMoreAndGoesWithTheLast() {
    try (ThreeServers servers = new ThreeServers(Protocol.TCP, 443)) {
      Tables tables = servers.tables();
      tables.persist(0, ServiceFlag.IN_USE.value() | ServiceFlag.PERSISTENT.value(), 300, Bytes.address("255.255.255.255"));
      assertThat(servers.establish(ThreeServers.tcp("10.0.0.2", 10_000, 443))).isEqualTo('3');
      assertThat(servers.establish(ThreeServers.tcp("10.0.0.2", 10_001, 443))).as("persistent").isEqualTo('3');
      Map.Entry<Tuple, Template> template = tables.templates().entrySet().iterator().next();
      assertThat(template.getValue().connections()).isEqualTo(2);

      assertThat(delete(servers.bench().plane(), List.of(Deletion.of(template.getKey(), template.getValue(), false))))
          .containsExactly(DeletionOutcome.DELETED);
      assertThat(tables.load(ThreeServers.slot(0, 3)).persistent()).isZero();
      tables.sweep();
      assertThat(tables.load(ThreeServers.slot(0, 3)).persistent()).isZero();
      assertThat(servers.establish(ThreeServers.tcp("10.0.0.2", 10_002, 443))).as("scheduled anew").isEqualTo('2');
      assertThat(tables.template().connections()).isEqualTo(3);
      assertThat(delete(servers.bench().plane(), of(tables.connections("connections").entries(), false)))
          .hasSize(3).containsOnly(DeletionOutcome.DELETED);
      assertThat(tables.template().connections()).isZero();

      template = tables.templates().entrySet().iterator().next();
      assertThat(delete(servers.bench().plane(), List.of(Deletion.of(template.getKey(), template.getValue(), false))))
          .containsExactly(DeletionOutcome.DELETED);
      assertThat(tables.templates()).isEmpty();
      assertThat(tables.load(ThreeServers.slot(0, 2)).persistent()).isZero();
    }
  }

  @Test
  void theSweepRemovesADeletedTemplateAfterTheLastOfItsConnections() {
    try (ThreeServers servers = new ThreeServers(Protocol.TCP, 443)) {
      Tables tables = servers.tables();
      tables.persist(0, ServiceFlag.IN_USE.value() | ServiceFlag.PERSISTENT.value(), 300, Bytes.address("255.255.255.255"));
      servers.establish(ThreeServers.tcp("10.0.0.2", 10_000, 443));
      Map.Entry<Tuple, Template> template = tables.templates().entrySet().iterator().next();
      delete(servers.bench().plane(), List.of(Deletion.of(template.getKey(), template.getValue(), false)));
      tables.sweep();
      assertThat(tables.templates()).as("held").hasSize(1);
      delete(servers.bench().plane(), of(tables.connections("connections").entries(), false));
      tables.sweep();
      assertThat(tables.templates()).isEmpty();
    }
  }

  @Test
  void countsAreTrueAfterPacketsSweepsAndDeletionsHaveMet() throws Exception {
    try (ThreeServers servers = new ThreeServers(Protocol.TCP, 443)) {
      Tables tables = servers.tables();
      AtomicBoolean done = new AtomicBoolean();
      ExecutorService others = Executors.newFixedThreadPool(2);
      try {
        Future<?> sweeping = others.submit(() -> {
          while (!done.get()) {
            tables.sweep();
          }
        });
        Future<Integer> deleting = others.submit(() -> {
          int deleted = 0;
          while (!done.get()) {
            List<Deletion> some = of(tables.connections("connections").entries(), false);
            deleted += (int) delete(servers.bench().plane(), some.subList(0, Math.min(some.size(), 1000))).stream()
                .filter(DeletionOutcome.DELETED::equals).count();
          }
          return deleted;
        });
        for (int i = 0; i < CONNECTIONS; i++) {
          servers.establish(ThreeServers.tcp("10.0.0.2", 10_000 + i, 443));
        }
        done.set(true);
        sweeping.get();
        assertThat(deleting.get()).isPositive();
      } finally {
        done.set(true);
        others.shutdown();
      }
      int left = tables.connections("connections").entries().size() + tables.connections("half_open").entries().size();
      tables.sweep();
      tables.sweep();
      int counted = 0;
      for (int number = 1; number <= 3; number++) {
        counted += tables.load(ThreeServers.slot(0, number)).activeConnections();
      }
      assertThat(counted).isEqualTo(left);
    }
  }
}
