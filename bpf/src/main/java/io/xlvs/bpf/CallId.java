// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import io.xlvs.loader.map.Codec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Value of call_ids: what the source of a template's key was made of, where that is a hash (persistence engine sip). Mirrors
 * {@code struct xlvs_call_id}.
 *
 * @param client masked
 * @param text the Call-ID, 1 to 255 bytes; each is a character of ISO 8859-1, none is zero
 */
public record CallId(WireAddress client, String text) {
  /** {@code XLVS_CALL_ID_BYTES}: room for the text and a zero. */
  public static final int TEXT_BYTES = 256;

  /** {@code XLVS_CALL_TEMPLATE}: the source port of a template's key whose source address is a hash. */
  public static final int TEMPLATE_PORT = 1;

  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_call_id")
          .address("client")
          .bytes("text", TEXT_BYTES)
          .build();

  static final int CLIENT = LAYOUT.offset("client");
  static final int TEXT = LAYOUT.offset("text");

  /** Bytes of a value, in the buffer's native order. */
  public static final Codec<CallId> CODEC = LAYOUT.codec(CallId::write, CallId::read);

  /** Writes the value at {@code at}, padding included. */
  public static void write(CallId value, ByteBuffer buffer, int at) {
    byte[] text = value.text.getBytes(StandardCharsets.ISO_8859_1);
    value.client.write(buffer, at + CLIENT);
    Wire.clear(buffer, at + TEXT, TEXT_BYTES);
    buffer.put(at + TEXT, text);
  }

  /** Reads the value at {@code at}. */
  public static CallId read(ByteBuffer buffer, int at) {
    byte[] text = new byte[TEXT_BYTES];
    buffer.get(at + TEXT, text);
    String whole = new String(text, StandardCharsets.ISO_8859_1);
    int end = whole.indexOf(0);
    return new CallId(WireAddress.read(buffer, at + CLIENT), end < 0 ? whole : whole.substring(0, end));
  }
}
