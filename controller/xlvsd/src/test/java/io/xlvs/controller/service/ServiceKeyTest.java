// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceKeyTest {
  @ParameterizedTest
  @ValueSource(strings = {"tcp:10.0.0.100:80", "udp:[fd00::100]:53", "sctp:10.0.0.1:1", "tcp:10.0.0.100:0", "fwm4:7", "fwm6:4294967295"})
  void textFormsAreReadBackAsTheyAreWritten(String text) {
    assertThat(ServiceKey.parse(text).text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "", "tcp", "tcp:", "tcp:10.0.0.100", "tcp:10.0.0.100:", "tcp:10.0.0.100:70000", "tcp:10.0.0.100:080", "tcp:10.0.0.100:-1",
    "tcp:fd00::100:80", "tcp:[10.0.0.100]:80", "tcp:[fd00::100]", "icmp:10.0.0.1:1", "TCP:10.0.0.1:1", "fwm4:0", "fwm4:4294967296",
    "fwm4:x", "fwm5:7", "tcp:[fd00::100:80", "tcp:fd00::100]:80", "fwm4:07"
  })
  void whatIsNoServiceIsRefused(String text) {
    assertThatThrownBy(() -> ServiceKey.parse(text)).isInstanceOf(IllegalArgumentException.class).message().isNotBlank();
  }
}
