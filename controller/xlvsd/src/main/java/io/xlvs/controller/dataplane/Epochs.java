// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.loader.map.MappedArray;

/** The epochs that guard cached decisions: see flow.h. */
final class Epochs {
  private final MappedArray epochs;

  Epochs(MappedArray epochs) {
    this.epochs = epochs;
  }

  /** Every decision cached so far has to be made anew by the connection table. */
  void bump() {
    for (long at = 0; at < epochs.sizeBytes(); at += epochs.strideBytes()) {
      epochs.getAndAddLong(at, 1);
    }
  }
}
