// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller;

import io.xlvs.controller.api.ApiServer;
import io.xlvs.controller.api.SocketFile;
import io.xlvs.controller.dataplane.BpfDataPlaneProvider;
import io.xlvs.controller.dataplane.DataPlane;
import io.xlvs.controller.dataplane.DataPlaneOptions;
import io.xlvs.controller.dataplane.Feature;
import io.xlvs.controller.registry.ServiceRegistry;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.store.DirectoryStore;
import java.io.PrintWriter;
import java.io.Writer;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * Loads the classes that a start of xlvsd needs, without privileges and without touching the kernel: all of it but the data plane, in
 * whose place is one that does nothing. bin/xlvsd-archive records them, so that later starts need not parse them again.
 */
public final class ArchiveTraining {
  private ArchiveTraining() {}

  /** Fails if a step of a start fails: the archive would lack what it needs. */
  public static void main(String[] arguments) throws Exception {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    if (Main.run(null, nowhere, nowhere, "--help") != 0) {
      throw new IllegalStateException("xlvsd --help failed");
    }
    LogSetup.apply(false, "info");
    // With libbpf and the object of the data plane.
    long bytes = BpfDataPlaneProvider.memoryBytes(DataPlaneOptions.Capacities.DEFAULT);
    LoggerFactory.getLogger(ArchiveTraining.class).atInfo().addKeyValue("bytes", bytes).log("training");
    Path directory = Files.createTempDirectory("xlvsd-archive");
    try {
      serve(directory);
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    System.exit(0); // threads of libraries may be left
  }

  private static void serve(Path directory) throws Exception {
    try (DirectoryStore store = DirectoryStore.open(directory.resolve("state"))) {
      store.write(Configuration.empty());
      StoredConfiguration stored = StoredConfiguration.read(store);
      SocketFile socket = SocketFile.prepare(directory.resolve("socket"), PosixFilePermissions.fromString("rw-------"));
      DataPlane idle = idle();
      ApiServer.start(new ServiceRegistry(idle, store, stored.take()), idle, socket, "training").close();
    }
  }

  /** Does nothing, and can nothing. */
  private static DataPlane idle() {
    return (DataPlane) Proxy.newProxyInstance(DataPlane.class.getClassLoader(), new Class<?>[] {DataPlane.class},
        (proxy, method, values) -> method.getReturnType() == Set.class ? Set.<Feature>of() : null);
  }
}
