// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller;

import io.xlvs.controller.api.ApiServer;
import io.xlvs.controller.api.SocketFile;
import io.xlvs.controller.config.ConfigException;
import io.xlvs.controller.config.DaemonConfig;
import io.xlvs.controller.dataplane.DataPlane;
import io.xlvs.controller.dataplane.DataPlaneException;
import io.xlvs.controller.dataplane.DataPlaneOptions;
import io.xlvs.controller.dataplane.DataPlaneProvider;
import io.xlvs.controller.registry.ServiceRegistry;
import io.xlvs.controller.store.DirectoryStore;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running daemon: store, socket, data plane, registry, API, acquired in this order and released in reverse. What the data plane has put into
 * the kernel outlives it: traffic goes on.
 */
final class Daemon implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  private final Deque<AutoCloseable> resources = new ArrayDeque<>();
  private DataPlane dataPlane;

  private Daemon() {}

  /**
   * Starts it.
   *
   * @throws ConfigException if the configuration is wrong
   * @throws IOException if the store or the socket cannot be used
   * @throws DataPlaneException if the data plane cannot be had
   */
  static Daemon start(DaemonConfig config, DataPlaneProvider provider, String version)
      throws ConfigException, IOException, DataPlaneException {
    DataPlaneOptions options = config.dataPlane().toOptions();
    var permissions = config.api().permissions();
    Daemon daemon = new Daemon();
    try {
      DirectoryStore store = daemon.own(DirectoryStore.open(config.store().directory()));
      SocketFile socket = SocketFile.prepare(config.api().socketPath(), permissions);
      // A large file is read while the kernel verifies programs. A damaged one is refused with everything left as it was.
      StoredConfiguration stored = daemon.own(StoredConfiguration.read(store));
      DataPlane dataPlane = daemon.own(provider.open(options, stored::await));
      daemon.dataPlane = dataPlane;
      ServiceRegistry registry = new ServiceRegistry(dataPlane, store, stored.take());
      dataPlane.status().notes().forEach(LOG::warn);
      daemon.own(ApiServer.start(registry, dataPlane, socket, version));
      LOG.atInfo()
          .addKeyValue("version", version)
          .addKeyValue("interfaces", String.join(",", options.interfaces()))
          .addKeyValue("socket", config.api().socketPath())
          .addKeyValue("services", registry.current().services().size())
          .addKeyValue("servers", registry.current().serverCount())
          .log("ready");
      return daemon;
    } catch (IOException | DataPlaneException | RuntimeException e) {
      daemon.closeAfter(e);
      throw e;
    }
  }

  private <T extends AutoCloseable> T own(T resource) {
    resources.push(resource);
    return resource;
  }

  /** A data plane that this start brought into the kernel goes with it; one that was there before stays. */
  private void closeAfter(Exception failure) {
    try {
      if (dataPlane != null && dataPlane.isFresh()) {
        dataPlane.detach();
      }
      close();
    } catch (DataPlaneException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Releases everything, last first, whatever fails on the way. Idempotent. */
  @Override
  public synchronized void close() {
    RuntimeException failure = null;
    while (!resources.isEmpty()) {
      try {
        resources.pop().close();
      } catch (Exception e) {
        RuntimeException wrapped = e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
        if (failure == null) {
          failure = wrapped;
        } else {
          failure.addSuppressed(wrapped);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
