// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.RealServer;
import java.util.List;
import java.util.stream.IntStream;

/** Arithmetic of weights. */
final class Weights {
  private Weights() {}

  /** Indices of the servers of a weight above 0, in the list's order. */
  static IntStream usable(List<RealServer> servers) {
    return IntStream.range(0, servers.size()).filter(i -> servers.get(i).weight() > 0);
  }

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
