// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import java.util.List;

/** The compiled object and this program disagree about the maps' layout: they come from different builds. */
public final class AbiMismatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> differences;

  AbiMismatchException(List<String> differences) {
    super(
        "the BPF object and this program come from different builds; install them together ("
            + differences.size()
            + " differences: "
            + String.join("; ", differences)
            + ")");
    this.differences = List.copyOf(differences);
  }

  /** One line per difference. */
  public List<String> differences() {
    return differences;
  }
}
