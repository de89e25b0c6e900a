// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.pin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.xlvs.loader.Bpf;
import io.xlvs.loader.BpfException;
import io.xlvs.loader.map.MapType;
import io.xlvs.loader.map.RawMap;
import io.xlvs.loader.testing.FdLeakExtension;
import io.xlvs.loader.testing.TempBpfFs;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(FdLeakExtension.class)
class PinDirectoryTest {
  private static RawMap create(String name) {
    Bpf.availability().ensure();
    return RawMap.create(name, MapType.ARRAY, 4, 8, 1, 0);
  }

  @Test
  void oneWriterAtATime() {
    try (TempBpfFs bpffs = new TempBpfFs()) {
      Path path = bpffs.path().resolve("xlvs");
      try (PinDirectory first = PinDirectory.openExclusive(path)) {
        assertThat(first.path()).isEqualTo(path);
        assertThatExceptionOfType(BpfException.class)
            .isThrownBy(() -> PinDirectory.openExclusive(path))
            .withMessageContaining("another process is using it");
      }
      PinDirectory.openExclusive(path).close();
    }
  }

  @Test
  void pinsAreListedReplacedAndRemoved() {
    try (TempBpfFs bpffs = new TempBpfFs();
        PinDirectory pins = PinDirectory.openExclusive(bpffs.path().resolve("xlvs"));
        RawMap old = create("old");
        RawMap fresh = create("fresh")) {
      old.pin(pins.resolve("map"));
      fresh.pin(pins.resolve("map_new"));
      assertThat(pins.names()).containsExactly("map", "map_new");

      pins.rename("map_new", "map");
      try (RawMap opened = RawMap.openPinned(pins.resolve("map"))) {
        assertThat(opened.info().id()).isEqualTo(fresh.info().id());
      }
      assertThat(pins.has("map_new")).isFalse();
      assertThat(pins.unpin("map")).isTrue();
      assertThat(pins.unpin("map")).isFalse();
      old.pin(pins.resolve("again"));
      pins.removeAll();
      assertThat(pins.names()).isEmpty();
    }
  }

  @Test
  void otherFileSystemsAreRefused(@TempDir Path directory) {
    assertThatExceptionOfType(BpfException.class)
        .isThrownBy(() -> PinDirectory.openExclusive(directory))
        .withMessageContaining("not on a bpffs");
    assertThat(BpfFs.contains(directory)).isFalse();
  }

  @Test
  void bpffsIsMountedOnce(@TempDir Path directory) {
    Path mountPoint = directory.resolve("bpf");
    assertThat(BpfFs.mountIfMissing(mountPoint)).isTrue();
    try {
      assertThat(BpfFs.mountIfMissing(mountPoint)).isFalse();
      assertThat(BpfFs.contains(mountPoint)).isTrue();
    } finally {
      BpfFs.unmount(mountPoint);
    }
    assertThat(BpfFs.contains(mountPoint)).isFalse();
  }

  @Test
  void namesThatTheKernelRefusesAreRefusedHere() {
    try (TempBpfFs bpffs = new TempBpfFs(); PinDirectory pins = PinDirectory.openExclusive(bpffs.path())) {
      assertThatIllegalArgumentException().isThrownBy(() -> pins.resolve(".rodata"));
      assertThatIllegalArgumentException().isThrownBy(() -> pins.resolve("a/b"));
      assertThatIllegalArgumentException().isThrownBy(() -> pins.resolve(""));
    }
  }
}
