// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.loader.map.MappedArray;

/** The epochs that guard cached decisions: see flow.h. */
final class Epochs {
  private final MappedArray epochs;

  Epochs(MappedArray epochs) {
    this.epochs = epochs;
  }

  /** Every decision cached so far has to be made anew by the connection table. Two words at a time: a carry does no harm. */
  void bump() {
    for (long at = 0; at < epochs.sizeBytes(); at += Long.BYTES) {
      epochs.getAndAddLong(at, 1L << Integer.SIZE | 1);
    }
  }
}
