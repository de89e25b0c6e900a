// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** Where an entry that is to be deleted lies: {@code enum xlvs_deletion_table}. */
public enum DeletionTable implements AbiConstant {
  /** Established connections. */
  CONNECTIONS(0),

  /** Handshakes. */
  HALF_OPEN(1),

  /** Persistence templates. */
  TEMPLATES(2),

  /** Templates of clients whose connections are all half open. */
  HALF_TEMPLATES(3);

  private static final DeletionTable[] VALUES = values();

  private final int value;

  DeletionTable(int value) {
    this.value = value;
  }

  @Override
  public int value() {
    return value;
  }

  /** The constant with this number; an unknown number means that the map was written by something else. */
  public static DeletionTable of(int value) {
    if (value < 0 || value >= VALUES.length) {
      throw new IllegalArgumentException("no such table of a deletion: " + value);
    }
    return VALUES[value];
  }
}
