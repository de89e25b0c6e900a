// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

/** Arithmetic of weights. */
final class Weights {
  private Weights() {}

  /** Greatest common divisor; gcd(x, 0) is x. */
  static long gcd(long a, long b) {
    while (b != 0) {
      long rest = a % b;
      a = b;
      b = rest;
    }
    return a;
  }
}
