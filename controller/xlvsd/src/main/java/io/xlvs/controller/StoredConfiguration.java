// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller;

import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.store.ConfigurationStore;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** What a store holds, read by a thread of its own. */
final class StoredConfiguration implements AutoCloseable {
  private FutureTask<Configuration> reading;

  private StoredConfiguration(FutureTask<Configuration> reading) {
    this.reading = reading;
  }

  /** Begins to read. */
  static StoredConfiguration read(ConfigurationStore store) {
    FutureTask<Configuration> reading = new FutureTask<>(store::read);
    Thread thread = new Thread(reading, "xlvs-store");
    thread.setDaemon(true);
    thread.start();
    return new StoredConfiguration(reading);
  }

  /**
   * Waits for it.
   *
   * @throws IOException if it cannot be read
   */
  void await() throws IOException {
    get();
  }

  /** Hands it over, once; nothing of it is held here from then on, since later ones share less and less with it. */
  Configuration take() throws IOException {
    Configuration configuration = get();
    reading = null;
    return configuration;
  }

  private Configuration get() throws IOException {
    try {
      return reading.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the configuration was read", e);
    }
  }

  /** Returns once nobody reads the store any more. */
  @Override
  public void close() {
    if (reading == null) {
      return;
    }
    try {
      reading.get();
    } catch (ExecutionException e) {
      // Whoever needs it has been told by get().
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
