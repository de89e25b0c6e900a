// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Attributes of a message by type ({@code struct rtattr}); the last one of a type counts. */
public final class Attributes {
  private static final int HEADER_BYTES = 4;

  /** Without NLA_F_NESTED and NLA_F_NET_BYTEORDER. */
  private static final int TYPE_MASK = 0x3fff;

  private final Map<Integer, ByteBuffer> values;

  private Attributes(Map<Integer, ByteBuffer> values) {
    this.values = values;
  }

  static int align(int length) {
    return length + 3 & ~3;
  }

  /** @throws IllegalArgumentException when a length does not fit */
  static Attributes parse(ByteBuffer bytes) {
    Map<Integer, ByteBuffer> values = new HashMap<>();
    int at = 0;
    while (at + HEADER_BYTES <= bytes.limit()) {
      int length = Short.toUnsignedInt(bytes.getShort(at));
      int type = Short.toUnsignedInt(bytes.getShort(at + 2)) & TYPE_MASK;
      if (length < HEADER_BYTES || length > bytes.limit() - at) {
        throw new IllegalArgumentException("netlink attribute " + type + " of " + length + " bytes at offset " + at);
      }
      values.put(type, bytes.slice(at + HEADER_BYTES, length - HEADER_BYTES).order(ByteOrder.nativeOrder()));
      at += align(length);
    }
    return new Attributes(values);
  }

  /** The attribute's bytes. */
  public Optional<byte[]> bytes(int type) {
    return get(type, 0).map(
        value -> {
          byte[] copy = new byte[value.limit()];
          value.get(0, copy);
          return copy;
        });
  }

  /** The attribute as a host-order 32-bit number. */
  public OptionalInt u32(int type) {
    Optional<ByteBuffer> value = get(type, Integer.BYTES);
    return value.isPresent() ? OptionalInt.of(value.get().getInt(0)) : OptionalInt.empty();
  }

  /** The attribute as a host-order 16-bit number, 0 to 65535. */
  public OptionalInt u16(int type) {
    Optional<ByteBuffer> value = get(type, Short.BYTES);
    return value.isPresent() ? OptionalInt.of(Short.toUnsignedInt(value.get().getShort(0))) : OptionalInt.empty();
  }

  /** The attribute as text, up to its terminating zero. */
  public Optional<String> text(int type) {
    return bytes(type).map(
        bytes -> {
          int end = 0;
          while (end < bytes.length && bytes[end] != 0) {
            end++;
          }
          return new String(bytes, 0, end, StandardCharsets.UTF_8);
        });
  }

  /** The attribute's own attributes; none when it is absent. */
  public Attributes nested(int type) {
    return get(type, 0).map(Attributes::parse).orElseGet(() -> new Attributes(Map.of()));
  }

  private Optional<ByteBuffer> get(int type, int atLeastBytes) {
    ByteBuffer value = values.get(type);
    if (value != null && value.limit() < atLeastBytes) {
      throw new IllegalArgumentException(
          "netlink attribute " + type + " has " + value.limit() + " bytes: must have " + atLeastBytes);
    }
    return Optional.ofNullable(value);
  }
}
