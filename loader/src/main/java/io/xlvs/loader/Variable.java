// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import io.xlvs.loader.map.MappedArray;

/**
 * A global variable of a loaded collection, read and written in place while programs run. Valid until the collection is
 * closed. Variables in {@code .rodata} are frozen: writing them throws {@link java.nio.ReadOnlyBufferException}.
 */
public final class Variable {
  private final VariableSpec spec;
  private final MappedArray section;

  Variable(VariableSpec spec, MappedArray section) {
    this.spec = spec;
    this.section = section;
  }

  public String name() {
    return spec.name();
  }

  public int sizeBytes() {
    return spec.sizeBytes();
  }

  /** The current bytes. */
  public byte[] get() {
    byte[] bytes = new byte[spec.sizeBytes()];
    section.getBytes(spec.offsetBytes(), bytes);
    return bytes;
  }

  /** Replaces all bytes, in no particular order. */
  public void set(byte[] value) {
    if (value.length != spec.sizeBytes()) {
      throw new IllegalArgumentException(
          "variable '" + name() + "' has " + spec.sizeBytes() + " bytes: " + value.length + " given");
    }
    section.putBytes(spec.offsetBytes(), value);
  }

  /** The value of a 32-bit variable, read with volatile semantics. */
  public int getInt() {
    return section.getIntVolatile(offset(Integer.BYTES));
  }

  /** Sets a 32-bit variable after all earlier writes. */
  public void setInt(int value) {
    section.putIntRelease(offset(Integer.BYTES), value);
  }

  /** The value of a 64-bit variable, read with volatile semantics. */
  public long getLong() {
    return section.getLongVolatile(offset(Long.BYTES));
  }

  /** Sets a 64-bit variable after all earlier writes. */
  public void setLong(long value) {
    section.putLongRelease(offset(Long.BYTES), value);
  }

  /** The whole section's memory; the variable starts at {@link #offsetBytes()}. For arrays and structs. */
  public MappedArray section() {
    return section;
  }

  /** Offset in {@link #section()}. */
  public int offsetBytes() {
    return spec.offsetBytes();
  }

  private int offset(int neededBytes) {
    if (spec.sizeBytes() != neededBytes) {
      throw new IllegalArgumentException(
          "variable '" + name() + "' has " + spec.sizeBytes() + " bytes, not " + neededBytes);
    }
    return spec.offsetBytes();
  }
}
