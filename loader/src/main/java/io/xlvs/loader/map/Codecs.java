// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.map;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Codecs for plain values, in native byte order. */
public final class Codecs {
  /** A 32-bit unsigned integer ({@code __u32}), kept in an int's bits. */
  public static final Codec<Integer> U32 = of(4, (value, out) -> out.putInt(value), ByteBuffer::getInt);

  /** A 64-bit unsigned integer ({@code __u64}), kept in a long's bits. */
  public static final Codec<Long> U64 = of(8, (value, out) -> out.putLong(value), ByteBuffer::getLong);

  private Codecs() {}

  /** A codec from two functions that follow {@link Codec}'s rules. */
  public static <T> Codec<T> of(int sizeBytes, BiConsumer<T, ByteBuffer> encoder, Function<ByteBuffer, T> decoder) {
    return new Codec<>() {
      @Override
      public int sizeBytes() {
        return sizeBytes;
      }

      @Override
      public void encode(T value, ByteBuffer out) {
        encoder.accept(value, out);
      }

      @Override
      public T decode(ByteBuffer in) {
        return decoder.apply(in);
      }
    };
  }

  /** Plain bytes of one fixed length; other lengths are refused. */
  public static Codec<byte[]> bytes(int sizeBytes) {
    return of(
        sizeBytes,
        (value, out) -> {
          if (value.length != sizeBytes) {
            throw new IllegalArgumentException("value has " + value.length + " bytes: must have " + sizeBytes);
          }
          out.put(value);
        },
        in -> {
          byte[] bytes = new byte[sizeBytes];
          in.get(bytes);
          return bytes;
        });
  }

  /**
   * One value per possible CPU, in CPU order: the value codec of every per-CPU map.
   *
   * @param value codec of one CPU's value
   * @param possibleCpus see {@link io.xlvs.loader.Bpf#possibleCpus()}
   */
  public static <T> Codec<List<T>> perCpu(Codec<T> value, int possibleCpus) {
    int strideBytes = (value.sizeBytes() + 7) & ~7;
    return of(
        strideBytes * possibleCpus,
        (values, out) -> {
          if (values.size() != possibleCpus) {
            throw new IllegalArgumentException(values.size() + " per-CPU values: must be " + possibleCpus);
          }
          for (T one : values) {
            int end = out.position() + strideBytes;
            value.encode(one, out);
            while (out.position() < end) {
              out.put((byte) 0);
            }
          }
        },
        in -> {
          int start = in.position();
          List<T> values = new ArrayList<>(possibleCpus);
          for (int cpu = 0; cpu < possibleCpus; cpu++) {
            in.position(start + cpu * strideBytes);
            values.add(value.decode(in));
          }
          return values;
        });
  }
}
