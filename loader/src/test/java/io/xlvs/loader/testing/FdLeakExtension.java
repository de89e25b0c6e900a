// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;

/** Fails a test that leaves descriptors of maps, programs, links, ring buffers or namespaces open. */
public final class FdLeakExtension implements TestInstancePreConstructCallback, AfterEachCallback {
  /** Taken before the instance's fields open anything. Test methods run one after the other. */
  private Map<String, String> before = Map.of();

  @Override
  public void preConstructTestInstance(TestInstanceFactoryContext factoryContext, ExtensionContext context) {
    before = descriptors();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    assertThat(descriptors()).as("descriptors after the test").isEqualTo(before);
  }

  /** Number to target of every descriptor of interest; the JVM's own (jars, sockets) come and go. */
  public static Map<String, String> descriptors() {
    Map<String, String> found = new TreeMap<>();
    for (Path fd : list()) {
      try {
        String target = Files.readSymbolicLink(fd).toString();
        if (target.startsWith("anon_inode:bpf") || target.startsWith("anon_inode:[eventpoll]") || target.startsWith("net:")) {
          found.put(fd.getFileName().toString(), target);
        }
      } catch (IOException e) {
        // The descriptor of the listing itself is gone by now.
        continue;
      }
    }
    return found;
  }

  private static List<Path> list() {
    try (Stream<Path> entries = Files.list(Path.of("/proc/self/fd"))) {
      return entries.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
