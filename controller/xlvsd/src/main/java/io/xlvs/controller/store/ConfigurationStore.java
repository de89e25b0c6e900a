// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.store;

import io.xlvs.controller.service.Configuration;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Keeps the configuration over restarts, and what it was before. Calls may come from any thread. */
public interface ConfigurationStore extends AutoCloseable {
  /** What was written last; empty if nothing was. */
  Configuration read() throws IOException;

  /** Returns once this is on stable storage; a failure leaves what was there before. */
  void write(Configuration configuration) throws IOException;

  /** The revisions that {@link #read(long)} gives, oldest first; the last one is what was written last. */
  List<KeptRevision> kept();

  /** The configuration as it was at a revision; empty if it is not kept. */
  Optional<Configuration> read(long revision) throws IOException;

  @Override
  void close();
}
