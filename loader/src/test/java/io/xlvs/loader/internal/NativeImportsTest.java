// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NativeImportsTest {
  @Test
  void onlyThisPackageUsesJnr() throws IOException {
    List<Path> users = new ArrayList<>();
    try (Stream<Path> sources = Files.walk(Path.of("src", "main", "java"))) {
      for (Path source : sources.filter(p -> p.toString().endsWith(".java")).toList()) {
        String text = Files.readString(source);
        if (text.contains("import jnr.") || text.contains("import com.kenai.")) {
          users.add(source.getParent());
        }
      }
    }
    assertThat(users).isNotEmpty().allSatisfy(directory -> assertThat(directory.getFileName()).hasToString("internal"));
  }
}
