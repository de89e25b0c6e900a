// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** mh-minimal and ring-first, the scheduler flags that ipvsadm has not. */
class MinimalFlagTest extends AgainstFakeServer {
  @Test
  void isGivenListedAndSavedAsTheOthersAre() {
    assertThat(lbctl.run("-A -t 10.0.0.1:80 -s mh -b mh-minimal,flag-1,mh-port").status()).isZero();
    assertThat(lbctl.run("-S -n").out()).isEqualTo("-A -t 10.0.0.1:80 -s mh -b mh-fallback,mh-port,mh-minimal\n");
    assertThat(lbctl.run("-L -n").out()).contains("TCP  10.0.0.1:80 mh (mh-fallback,mh-port,mh-minimal)\n");
    assertThat(lbctl.run("-A -t 10.0.0.2:80 -s sh -b mh-minimal").err()).contains("incompatible scheduler flag `mh-minimal'", "-s mh");
  }

  @Test
  void ringFirstGoesWithBothHashes() {
    assertThat(lbctl.run("-A -t 10.0.0.1:80 -s mh -b ring-first,mh-minimal,mh-port").status()).isZero();
    assertThat(lbctl.run("-A -u 10.0.0.1:53 -s sh -b ring-first").status()).isZero();
    assertThat(lbctl.run("-S -n").out())
        .isEqualTo("-A -t 10.0.0.1:80 -s mh -b mh-port,mh-minimal,ring-first\n-A -u 10.0.0.1:53 -s sh -b ring-first\n");
    assertThat(lbctl.run("-A -t 10.0.0.2:80 -s rr -b ring-first").err())
        .contains("incompatible scheduler flag `ring-first'", "-s sh and -s mh", "the scheduler is rr");
  }
}
