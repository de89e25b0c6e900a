// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import io.xlvs.loader.map.Codecs;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Names, offsets and sizes of one C struct of {@code xlvs_abi.h}, in bytes.
 *
 * <p>The record that mirrors the struct builds its layout once and reads its field offsets from it, so that what the codec
 * uses and what {@link AbiCheck} compares with the compiled object cannot differ.
 */
public final class StructLayout {
  /**
   * One member.
   *
   * @param name as in C
   * @param offset from the start of the struct, in bytes
   * @param size in bytes; of an array, the whole array
   */
  public record Field(String name, int offset, int size) {}

  private final String name;
  private final int size;
  private final Map<String, Field> fields;

  private StructLayout(String name, int size, Map<String, Field> fields) {
    this.name = name;
    this.size = size;
    this.fields = fields;
  }

  /** Starts the layout of {@code struct name}; members follow in C's order, without gaps. */
  public static Builder of(String name) {
    return new Builder(name);
  }

  /** The struct's C name. */
  public String name() {
    return name;
  }

  /** Size in bytes, a multiple of the struct's alignment. */
  public int size() {
    return size;
  }

  /** Offset of a member in bytes; an unknown name is a programming error. */
  public int offset(String field) {
    Field found = fields.get(field);
    if (found == null) {
      throw new IllegalArgumentException("struct " + name + " has no member " + field);
    }
    return found.offset();
  }

  /** The members in C's order. */
  public List<Field> fields() {
    return List.copyOf(fields.values());
  }

  /** Writes all bytes of a value, padding included, at an offset of a buffer in native byte order. */
  @FunctionalInterface
  interface Writer<T> {
    void write(T value, ByteBuffer buffer, int at);
  }

  /** Reads a value at an offset of a buffer in native byte order. */
  @FunctionalInterface
  interface Reader<T> {
    T read(ByteBuffer buffer, int at);
  }

  /** The map codec made of a record's two functions. */
  <T> Codec<T> codec(Writer<T> writer, Reader<T> reader) {
    return Codecs.of(
        size,
        (value, out) -> {
          int at = out.position();
          writer.write(value, out, at);
          out.position(at + size);
        },
        in -> reader.read(in, in.position()));
  }

  /** Collects members in order; each starts where the one before ends, because the header names all padding. */
  public static final class Builder {
    private final String name;
    private final List<Field> fields = new ArrayList<>();
    private int end;

    private Builder(String name) {
      this.name = name;
    }

    /** One byte. */
    public Builder u8(String field) {
      return bytes(field, 1);
    }

    /** Two bytes, in either byte order. */
    public Builder u16(String field) {
      return bytes(field, 2);
    }

    /** Four bytes. */
    public Builder u32(String field) {
      return bytes(field, 4);
    }

    /** Eight bytes. */
    public Builder u64(String field) {
      return bytes(field, 8);
    }

    /** An address: four words in network order. */
    public Builder address(String field) {
      return bytes(field, WireAddress.BYTES);
    }

    /** An array or a nested struct of {@code size} bytes. */
    public Builder bytes(String field, int size) {
      fields.add(new Field(field, end, size));
      end += size;
      return this;
    }

    /** Ends the struct. */
    public StructLayout build() {
      Map<String, Field> byName = new LinkedHashMap<>();
      for (Field field : fields) {
        if (byName.put(field.name(), field) != null) {
          throw new IllegalStateException("struct " + name + " names " + field.name() + " twice");
        }
      }
      return new StructLayout(name, end, byName);
    }
  }
}
