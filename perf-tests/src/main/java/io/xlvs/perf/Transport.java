// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

/** A transport protocol with the flags of its packets. */
enum Transport {
  TCP(6),
  UDP(17);

  /** IPPROTO_*. */
  final int number;

  Transport(int number) {
    this.number = number;
  }
}
