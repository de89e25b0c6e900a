// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import java.nio.ByteBuffer;

/**
 * A global variable of an object file with its initial value, which can be changed before loading. Variables in {@code .rodata}
 * ({@code const volatile} in C) are frozen by the load, and the verifier prunes branches that they exclude.
 */
public final class VariableSpec {
  private final String name;
  private final String sectionName;
  private final int typeId;
  private final int offsetBytes;
  private final int sizeBytes;
  private final ByteBuffer section;

  VariableSpec(String name, String sectionName, int typeId, int offsetBytes, int sizeBytes, ByteBuffer section) {
    this.name = name;
    this.sectionName = sectionName;
    this.typeId = typeId;
    this.offsetBytes = offsetBytes;
    this.sizeBytes = sizeBytes;
    this.section = section;
  }

  public String name() {
    return name;
  }

  /** The section, which is also the name of the map that will hold the variable. */
  public String sectionName() {
    return sectionName;
  }

  /** BTF id of the variable's type. */
  public int typeId() {
    return typeId;
  }

  /** Offset in its section. */
  public int offsetBytes() {
    return offsetBytes;
  }

  public int sizeBytes() {
    return sizeBytes;
  }

  /** The initial bytes, in native byte order; writes go to this collection spec alone. */
  public ByteBuffer initial() {
    return section.slice(offsetBytes, sizeBytes).order(section.order());
  }

  /** Sets an integer variable of 1, 2, 4 or 8 bytes; the value must fit, as signed or as unsigned. */
  public VariableSpec set(long value) {
    if (sizeBytes != 1 && sizeBytes != 2 && sizeBytes != 4 && sizeBytes != 8) {
      throw new IllegalArgumentException(
          "variable '" + name + "' has " + sizeBytes + " bytes and is no integer: use set(byte[])");
    }
    int bits = 8 * sizeBytes;
    long high = bits == 64 ? 0 : value >> bits;
    if (high != 0 && (high != -1 || value >> (bits - 1) != -1)) {
      throw new IllegalArgumentException("variable '" + name + "' has " + sizeBytes + " bytes: " + value + " does not fit");
    }
    ByteBuffer bytes = initial();
    switch (sizeBytes) {
      case 1 -> bytes.put((byte) value);
      case 2 -> bytes.putShort((short) value);
      case 4 -> bytes.putInt((int) value);
      default -> bytes.putLong(value);
    }
    return this;
  }

  /** Sets all bytes. */
  public VariableSpec set(byte[] value) {
    if (value.length != sizeBytes) {
      throw new IllegalArgumentException(
          "variable '" + name + "' has " + sizeBytes + " bytes: " + value.length + " given");
    }
    initial().put(value);
    return this;
  }
}
