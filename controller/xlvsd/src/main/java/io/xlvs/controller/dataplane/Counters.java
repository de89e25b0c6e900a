// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

/**
 * Totals since creation or the last zeroing, and rates per second by IPVS's estimator (ip_vs_est.c). Bytes count from the IP
 * header on.
 */
public record Counters(
    long connections,
    long inPackets,
    long outPackets,
    long inBytes,
    long outBytes,
    long connectionsPerSecond,
    long inPacketsPerSecond,
    long outPacketsPerSecond,
    long inBytesPerSecond,
    long outBytesPerSecond) {
  public static final Counters ZERO = new Counters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
