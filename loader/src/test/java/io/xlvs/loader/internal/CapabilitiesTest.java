// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CapabilitiesTest {
  private static final long NET_ADMIN = 1L << 12;
  private static final long SYS_ADMIN = 1L << 21;
  private static final long PERFMON = 1L << 38;
  private static final long BPF = 1L << 39;

  @Test
  void namesWhatIsMissing() {
    assertThat(Capabilities.missing(0)).isEqualTo("missing CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN");
    assertThat(Capabilities.missing(NET_ADMIN | BPF)).isEqualTo("missing CAP_PERFMON");
    assertThat(Capabilities.missing(SYS_ADMIN)).isEqualTo("missing CAP_NET_ADMIN");
  }

  @Test
  void blamesPolicyWhenNothingIsMissing() {
    assertThat(Capabilities.missing(NET_ADMIN | BPF | PERFMON)).contains("security module");
  }
}
