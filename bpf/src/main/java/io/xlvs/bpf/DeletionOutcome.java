// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** What became of an entry that was to be deleted: {@code enum xlvs_deletion_outcome}. */
public enum DeletionOutcome implements AbiConstant {
  /** Somebody else was faster. */
  GONE(0),

  /** It was removed. */
  DELETED(1),

  /** It is not as it was read: left alone. */
  CHANGED(2);

  private final int value;

  DeletionOutcome(int value) {
    this.value = value;
  }

  @Override
  public int value() {
    return value;
  }

  /** The constant with this number; an unknown number means that the map was written by something else. */
  public static DeletionOutcome of(int value) {
    return switch (value) {
      case 0 -> GONE;
      case 1 -> DELETED;
      case 2 -> CHANGED;
      default -> throw new IllegalArgumentException("no such outcome of a deletion: " + value);
    };
  }
}
