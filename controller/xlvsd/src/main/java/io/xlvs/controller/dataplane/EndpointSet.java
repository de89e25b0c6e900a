// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Endpoint;
import io.xlvs.bpf.ServiceTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Endpoints with the number of reasons to have each; changes are collected and go to the service table in one step. One look-up a change,
 * since a start and a large load make a million.
 */
final class EndpointSet {
  private final Map<Endpoint, Entry> entries = new HashMap<>();
  /** What may differ from the service table, each once, in the order in which it began to. */
  private final List<Entry> touched = new ArrayList<>();

  private static final class Entry {
    final Endpoint endpoint;
    int reasons;
    /** Whether the service table has it. */
    boolean written;
    boolean touched;

    Entry(Endpoint endpoint) {
      this.endpoint = endpoint;
    }
  }

  /** One more reason. */
  void add(Endpoint endpoint) {
    Entry entry = entries.computeIfAbsent(endpoint, Entry::new);
    entry.reasons++;
    touch(entry);
  }

  /** One reason less. */
  void remove(Endpoint endpoint) {
    Entry entry = entries.get(endpoint);
    entry.reasons--;
    touch(entry);
  }

  private void touch(Entry entry) {
    if (!entry.touched && entry.written != entry.reasons > 0) {
      entry.touched = true;
      touched.add(entry);
    }
  }

  /** Writes the collected changes; after an exception they stay collected. */
  void flush(ServiceTable table) {
    if (touched.isEmpty()) {
      return;
    }
    List<Endpoint> added = new ArrayList<>();
    List<Endpoint> removed = new ArrayList<>();
    for (Entry entry : touched) {
      if (entry.written != entry.reasons > 0) {
        (entry.written ? removed : added).add(entry.endpoint);
      }
    }
    table.apply(removed, added);
    touched.forEach(this::settle);
    touched.clear();
  }

  private void settle(Entry entry) {
    entry.touched = false;
    entry.written = entry.reasons > 0;
    if (!entry.written) {
      entries.remove(entry.endpoint);
    }
  }

  /** Takes the table as it is for what it should be: the difference becomes the next change. */
  void compareWith(ServiceTable table) {
    touched.clear();
    entries.values().forEach(entry -> {
      entry.touched = false;
      entry.written = false;
    });
    table.forEach(endpoint -> entries.computeIfAbsent(endpoint, Entry::new).written = true);
    entries.values().forEach(this::touch);
  }
}
