// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xlvs.loader.Bpf;
import io.xlvs.loader.GracePeriod;
import io.xlvs.loader.IncompatibleMapException;
import io.xlvs.loader.pin.BpfFs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Loads the real object's maps and housekeeping programs; the packet tests load the others. Needs root. */
class XlvsObjectsTest {
  private static final Settings SETTINGS =
      Capacities.SMALL.settings(Bpf.possibleCpus(), 250, 0x1234_5678, Capacities.Limits.DEFAULT);

  private Path bpffs;

  @BeforeEach
  void mount() throws Exception {
    bpffs = Files.createTempDirectory("xlvs-bpf-test");
    BpfFs.mountIfMissing(bpffs);
  }

  @AfterEach
  void unmount() throws Exception {
    BpfFs.unmount(bpffs);
    Files.delete(bpffs);
  }

  @Test
  void loadsAndSweepsAndTellsTheTime() {
    try (XlvsObjects objects = pinned(Capacities.SMALL)) {
      long before = objects.jiffies();
      Conn idle = conn(before - 1000, 10);
      Conn busy = conn(before, 100_000);
      objects.connections().update(client(1), idle);
      objects.connections().update(client(2), busy);
      Sweep sweep = objects.sweep(true);
      assertThat(sweep).isEqualTo(new Sweep(1, 0, 0, 1, 0));
      assertThat(objects.connections().lookup(client(1))).isEmpty();
      assertThat(objects.connections().lookup(client(2))).contains(busy);
      assertThat(objects.jiffies()).isBetween(before, before + 10_000);
    }
  }

  @Test
  void findsThePinnedStateAgainAndRefusesOtherCapacities() {
    Endpoint endpoint =
        new Endpoint(WireAddress.of(new byte[] {10, 0, 0, 100}), 80, 6, EndpointKind.SERVICE, Family.IPV4, 3);
    try (XlvsObjects objects = pinned(Capacities.SMALL)) {
      table(objects).apply(List.of(), List.of(endpoint));
    }
    try (XlvsObjects objects = pinned(Capacities.SMALL)) {
      assertThat(table(objects).find(endpoint)).isEqualTo(endpoint);
    }
    Capacities c = Capacities.SMALL;
    Capacities larger =
        new Capacities(c.connections() * 2, c.halfOpen(), c.templates(), c.fragments(), c.services(), c.servers(),
            c.ringEntries(), c.localAddresses(), c.markEntries(), c.hops(), c.devices(), c.flowLines());
    assertThatThrownBy(() -> pinned(larger).close())
        .isInstanceOf(IncompatibleMapException.class)
        .hasMessageContaining("max_entries: 65536 -> 131072");
  }

  @Test
  void statesTheMemoryThatTheMapsWillTake() {
    assertThat(XlvsObjects.memoryBytes(Capacities.SMALL))
        .containsEntry("servers", (long) Capacities.SMALL.servers() * Server.LAYOUT.size())
        .containsEntry("connections", 65536L * (48 + 40 + Conn.LAYOUT.size()) + 65536L * 16);
  }

  private XlvsObjects pinned(Capacities capacities) {
    return XlvsObjects.load(XlvsObjects.parse().loadOnly("xlvs_sweep", "xlvs_jiffies"), capacities, SETTINGS, Optional.of(bpffs));
  }

  private static ServiceTable table(XlvsObjects objects) {
    return new ServiceTable(
        TableMemory.of(objects.serviceTable()), TableMemory.of(objects.control()), Capacities.SMALL.buckets(),
        SETTINGS.hashSeed(), GracePeriod::await);
  }

  private static Tuple client(int port) {
    WireAddress address = WireAddress.of(new byte[] {10, 0, 0, 1});
    return new Tuple(address, address, port, 80, 6, Family.IPV4);
  }

  private static Conn conn(long lastSeen, long timeout) {
    return new Conn(lastSeen, 0, 0, 0, timeout, State.ESTABLISHED, Method.DR, 0, 0, WireAddress.ZERO, 0, 80, 0, 0, 0, 0, 0);
  }
}
