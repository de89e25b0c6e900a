// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Frame around a snapshot, all numbers big-endian:
 *
 * <pre>
 *  0  8  magic "XLVSCONF"
 *  8  4  format version
 * 12  4  CRC32C of everything from offset 16 on
 * 16  8  length of the payload in bytes
 * 24  .  payload: xlvs.store.v1.StoredConfiguration
 * </pre>
 */
final class SnapshotFile {
  static final int FORMAT_VERSION = 1;
  static final int HEADER_BYTES = 24;
  private static final int CHECKED_FROM = 16;
  private static final byte[] MAGIC = "XLVSCONF".getBytes(StandardCharsets.US_ASCII);

  private SnapshotFile() {}

  /** Why a frame cannot be opened. */
  static final class BadFrameException extends Exception {
    private static final long serialVersionUID = 1L;

    BadFrameException(String message) {
      super(message);
    }
  }

  static ByteBuffer wrap(byte[] payload) {
    ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + payload.length);
    frame.put(MAGIC).putInt(FORMAT_VERSION).putInt(0).putLong(payload.length).put(payload).flip();
    frame.putInt(12, checksum(frame.array()));
    return frame;
  }

  static byte[] unwrap(byte[] file) throws BadFrameException {
    if (file.length < HEADER_BYTES) {
      throw new BadFrameException("it has " + file.length + " bytes, fewer than its header");
    }
    ByteBuffer frame = ByteBuffer.wrap(file);
    byte[] magic = new byte[MAGIC.length];
    frame.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new BadFrameException("it does not begin with \"XLVSCONF\"");
    }
    int version = frame.getInt();
    int stored = frame.getInt();
    long length = frame.getLong();
    // Before the version: a damaged version number must not look like a newer xlvsd's file.
    if (length != file.length - HEADER_BYTES) {
      throw new BadFrameException("its payload has " + (file.length - HEADER_BYTES) + " bytes, " + Long.toUnsignedString(length)
          + " were written");
    }
    if (stored != checksum(file)) {
      throw new BadFrameException(String.format("its checksum is %08x, %08x was written", checksum(file), stored));
    }
    if (version != FORMAT_VERSION) {
      throw new BadFrameException("it has format version " + Integer.toUnsignedString(version) + ", this xlvsd knows " + FORMAT_VERSION
          + " (a newer xlvsd wrote it, or the number is damaged)");
    }
    return Arrays.copyOfRange(file, HEADER_BYTES, file.length);
  }

  private static int checksum(byte[] file) {
    CRC32C checksum = new CRC32C();
    checksum.update(file, CHECKED_FROM, file.length - CHECKED_FROM);
    return (int) checksum.getValue();
  }
}
