// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.store.ConfigurationStore;
import io.xlvs.controller.store.KeptRevision;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A store that remembers every write, and fails when it is told to. */
public final class MemoryStore implements ConfigurationStore {
  public final List<Configuration> written = new ArrayList<>();
  public Configuration initial = Configuration.empty();
  /** What the next writes fail with, if with anything. */
  public IOException failure;

  @Override
  public Configuration read() {
    return initial;
  }

  @Override
  public void write(Configuration configuration) throws IOException {
    if (failure != null) {
      throw failure;
    }
    written.add(configuration);
  }

  @Override
  public List<KeptRevision> kept() {
    return written.stream()
        .map(one -> new KeptRevision(one.revision(), Optional.of(Instant.EPOCH), one.services().size(), one.serverCount())).toList();
  }

  @Override
  public Optional<Configuration> read(long revision) {
    return written.stream().filter(one -> one.revision() == revision).findFirst();
  }

  @Override
  public void close() {}
}
