// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.xlvs.loader.NotSupportedException;
import io.xlvs.loader.ProgramType;
import io.xlvs.loader.map.MapType;
import io.xlvs.loader.testing.FdLeakExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FdLeakExtension.class)
class FeaturesTest {
  private static final int FIB_LOOKUP = 69;
  private static final int NO_SUCH_HELPER = 100_000;

  @Test
  void knowsWhatThisKernelHas() {
    assertThat(Features.hasMapType(MapType.RINGBUF)).isTrue();
    assertThat(Features.hasProgramType(ProgramType.XDP)).isTrue();
    assertThat(Features.hasHelper(ProgramType.XDP, FIB_LOOKUP)).isTrue();
    assertThat(Features.hasHelper(ProgramType.SOCKET_FILTER, FIB_LOOKUP)).isFalse();
    assertThat(Features.hasHelper(ProgramType.XDP, NO_SUCH_HELPER)).isFalse();
    Features.requireMapType(MapType.HASH, "3.19");
    Features.requireProgramType(ProgramType.XDP, "4.8");
  }

  @Test
  void whatIsMissingIsNamedWithItsKernel() {
    assertThatExceptionOfType(NotSupportedException.class)
        .isThrownBy(() -> Features.requireHelper(ProgramType.XDP, NO_SUCH_HELPER, "99.0"))
        .withMessageContaining("helper 100000 in program type XDP")
        .withMessageContaining("needs Linux 99.0 or newer");
  }
}
