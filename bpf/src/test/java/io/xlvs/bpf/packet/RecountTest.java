// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Conn;
import io.xlvs.bpf.Tuple;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Counts of connections while the sweep counts them anew. */
class RecountTest {
  private static final int CONNECTIONS = 5_000;
  private static final int SERVERS = 3;

  private ThreeServers servers;

  @BeforeEach
  void load() {
    servers = new ThreeServers(Protocol.TCP, 443);
  }

  @AfterEach
  void unload() {
    servers.close();
  }

  private long active() {
    long sum = 0;
    for (int number = 1; number <= SERVERS; number++) {
      sum += servers.tables().load(ThreeServers.slot(0, number)).activeConnections();
    }
    return sum;
  }

  @Test
  void connectionsThatBeginDuringASweepStayCounted() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger sweeps = new AtomicInteger();
    ExecutorService sweeper = Executors.newSingleThreadExecutor();
    int wrong = 0;
    try {
      Future<?> sweeping = sweeper.submit(() -> {
        while (!done.get()) {
          servers.tables().sweep();
          sweeps.incrementAndGet();
        }
      });
      for (int i = 1; i <= CONNECTIONS; i++) {
        servers.establish(ThreeServers.tcp("10.0.0.2", 10_000 + i, 443));
        if (active() != i) {
          wrong++;
        }
      }
      done.set(true);
      sweeping.get();
    } finally {
      done.set(true);
      sweeper.shutdown();
    }
    System.out.println(wrong + " of " + CONNECTIONS + " counts were wrong during " + sweeps + " sweeps");
    // The insert and its count are two steps: a sweep may fall between them.
    assertThat(wrong).isLessThan(CONNECTIONS / 100);
    servers.tables().sweep();
    assertThat(active()).isEqualTo(CONNECTIONS);
  }

  @Test
  void aConnectionThatWasEvictedUnaskedIsCountedNoMore() {
    Connection.Tuple client = ThreeServers.tcp("10.0.0.2", 10_000, 443);
    servers.connect(client);
    assertThat(active()).isEqualTo(1);

    servers.bench().plane().collection().map("half_open", Tuple.CODEC, Conn.CODEC).delete(Tables.key(client));
    assertThat(active()).isEqualTo(1);
    servers.tables().sweep();

    assertThat(active()).isZero();
  }
}
