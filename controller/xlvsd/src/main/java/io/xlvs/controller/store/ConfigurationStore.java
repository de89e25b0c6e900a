// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.store;

import io.xlvs.controller.service.Configuration;
import java.io.IOException;

/** Keeps the configuration over restarts. */
public interface ConfigurationStore extends AutoCloseable {
  /** What was written last; empty if nothing was. */
  Configuration read() throws IOException;

  /** Returns once this is on stable storage; a failure leaves what was there before. */
  void write(Configuration configuration) throws IOException;

  @Override
  void close();
}
