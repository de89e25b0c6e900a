// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Endpoint;
import io.xlvs.bpf.ServiceTable;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Endpoints with the number of reasons to have each; changes are collected and go to the service table in one step. */
final class EndpointSet {
  private final Map<Endpoint, Integer> references = new HashMap<>();
  private final Set<Endpoint> added = new LinkedHashSet<>();
  private final Set<Endpoint> removed = new LinkedHashSet<>();

  /** One more reason. */
  void add(Endpoint endpoint) {
    if (references.merge(endpoint, 1, Integer::sum) == 1 && !removed.remove(endpoint)) {
      added.add(endpoint);
    }
  }

  /** One reason less. */
  void remove(Endpoint endpoint) {
    Integer left = references.computeIfPresent(endpoint, (e, count) -> count == 1 ? null : count - 1);
    if (left == null && !added.remove(endpoint)) {
      removed.add(endpoint);
    }
  }

  /** Writes the collected changes; after an exception they stay collected. */
  void flush(ServiceTable table) {
    if (added.isEmpty() && removed.isEmpty()) {
      return;
    }
    table.apply(List.copyOf(removed), List.copyOf(added));
    added.clear();
    removed.clear();
  }

  /** Takes the table as it is for what it should be: the difference becomes the next change. */
  void compareWith(ServiceTable table) {
    added.clear();
    removed.clear();
    long[] found = {0};
    table.forEach(
        endpoint -> {
          if (references.containsKey(endpoint)) {
            found[0]++;
          } else {
            removed.add(endpoint);
          }
        });
    if (found[0] < references.size()) {
      Set<Endpoint> missing = new LinkedHashSet<>(references.keySet());
      table.forEach(missing::remove);
      added.addAll(missing);
    }
  }
}
