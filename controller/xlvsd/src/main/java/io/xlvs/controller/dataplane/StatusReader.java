// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Abi;
import io.xlvs.bpf.Reason;
import io.xlvs.bpf.ServiceTable;
import io.xlvs.bpf.Sweep;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.loader.map.MappedArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What {@link BpfDataPlane#status} tells. */
final class StatusReader {
  private final XlvsObjects objects;
  private final Tables tables;
  private final ServiceTable serviceTable;
  private final ClientHops clientHops;
  private final Sweep sweep;

  StatusReader(XlvsObjects objects, Tables tables, ServiceTable serviceTable, ClientHops clientHops, Sweep sweep) {
    this.objects = objects;
    this.tables = tables;
    this.serviceTable = serviceTable;
    this.clientHops = clientHops;
    this.sweep = sweep;
  }

  DataPlaneStatus read(List<DataPlaneStatus.Interface> attached, List<String> notes) {
    return new DataPlaneStatus(attached, notes, tables(), reasons(), tables.counters().director(), objects.settings().jiffiesPerSecond());
  }

  private List<DataPlaneStatus.Table> tables() {
    Map<String, Long> memory = new HashMap<>(objects.memoryBytes());
    List<DataPlaneStatus.Table> rows = new ArrayList<>();
    add(rows, memory, "connections", sweep.connections(), entries("connections"));
    add(rows, memory, "half_open", sweep.halfOpen(), entries("half_open"));
    add(rows, memory, "templates", sweep.templates(), entries("templates"));
    add(rows, memory, "ring_records", tables.ringFirst().lastSweep().records(), tables.ringFirst().capacity());
    add(rows, memory, "services", tables.services().used(), tables.services().capacity());
    add(rows, memory, "servers", tables.servers().used(), tables.servers().capacity());
    add(rows, memory, "rings", tables.rings().used(), tables.rings().capacity());
    add(rows, memory, "local_addresses", tables.locals().used(), tables.locals().capacity());
    long hops = (long) tables.hops().used() + Math.min(clientHops.used(), Abi.CLIENT_HOPS);
    add(rows, memory, "next_hops", hops, entries("next_hops"));
    long endpoints = ServiceTable.capacity(objects.settings().bucketMask() + 1);
    add(rows, memory, "service_table", serviceTable.size(), endpoints);
    long marks = tables.requests().markEntries() + tables.servers().secondReplies();
    rows.add(new DataPlaneStatus.Table("mark_entries", marks, tables.requests().markCapacity(), 0));
    long rest = memory.values().stream().mapToLong(Long::longValue).sum();
    rows.add(new DataPlaneStatus.Table("caches_and_counters", 0, 0, rest));
    return rows;
  }

  private static void add(
      List<DataPlaneStatus.Table> rows, Map<String, Long> memory, String name, long used, long capacity) {
    rows.add(new DataPlaneStatus.Table(name, used, capacity, memory.remove(name)));
  }

  private long entries(String map) {
    return objects.collection().map(map).info().maxEntries();
  }

  private List<DataPlaneStatus.Reason> reasons() {
    MappedArray counts = objects.reasons();
    List<DataPlaneStatus.Reason> reasons = new ArrayList<>();
    for (Reason reason : Reason.values()) {
      if (reason != Reason.NONE) {
        long packets = 0;
        for (int cpu = 0; cpu < objects.settings().cpus(); cpu++) {
          packets += counts.getLong(((long) cpu * Reason.STRIDE + reason.value()) * Long.BYTES);
        }
        String remedy = reason.remedy().isEmpty() ? "" : "; " + reason.remedy();
        reasons.add(new DataPlaneStatus.Reason(reason.label(), reason.description() + remedy, packets));
      }
    }
    return reasons;
  }
}
