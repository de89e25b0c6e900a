// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

/**
 * Whether BPF can be used by this process.
 *
 * @param available whether libbpf was loaded and a map was created
 * @param cause why not, with the remedy; empty when available
 */
public record Availability(boolean available, String cause) {
  /** Throws {@link IllegalStateException} with the cause unless BPF can be used. */
  public void ensure() {
    if (!available) {
      throw new IllegalStateException("BPF is not available: " + cause);
    }
  }
}
