// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JiffiesRateTest {
  private static final String CONFIGURATION = "CONFIG_HZ_300=y\n# CONFIG_HZ_250 is not set\nCONFIG_HZ=300\nCONFIG_HZ_FIXED=0\n";

  @Test
  void readsEitherFormOfTheKernelsConfiguration(@TempDir Path directory) throws Exception {
    Path plain = Files.writeString(directory.resolve("config"), CONFIGURATION);
    Path compressed = directory.resolve("config.gz");
    Path absent = directory.resolve("absent");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(compressed))) {
      out.write(CONFIGURATION.getBytes(StandardCharsets.US_ASCII));
    }
    assertThat(JiffiesRate.fromConfiguration(absent, plain)).contains(300);
    assertThat(JiffiesRate.fromConfiguration(compressed, absent)).contains(300);
    assertThat(JiffiesRate.fromConfiguration(absent, absent)).isEmpty();
  }

  @Test
  void takesTheNearestRateThatKernelsHave() {
    assertThat(JiffiesRate.nearest(96)).isEqualTo(100);
    assertThat(JiffiesRate.nearest(262)).isEqualTo(250);
    assertThat(JiffiesRate.nearest(290)).isEqualTo(300);
    assertThat(JiffiesRate.nearest(940)).isEqualTo(1000);
  }

  /** Needs root. */
  @Test
  void measuresWhatTheKernelSays() {
    assertThat(JiffiesRate.measure()).isEqualTo(JiffiesRate.detect());
  }
}
