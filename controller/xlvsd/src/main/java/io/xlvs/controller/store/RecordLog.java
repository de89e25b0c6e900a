// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * An append-only file of checksummed records. Header and records begin at sectors, the unit that a disk writes whole, and are padded with
 * 0xff, so that a sector of zeros can only be one that a crash kept from being written. All numbers are big-endian.
 *
 * <pre>
 * header  0  8  magic "XLVSCONF"       record  0  4  length of the payload in bytes
 *         8  4  format version                 4  4  CRC32C of payload and padding
 *        12  4  CRC32C of the above            8  4  CRC32C of the above
 *        16  .  padding                       12  .  payload, padding
 * </pre>
 *
 * <p>An append is on stable storage before it returns. Only the last record can therefore be torn, and it was never answered: it is cut
 * off. Everything else that is not as it was written is damage, and named. The first record is written together with the file.
 */
final class RecordLog implements Closeable {
  static final int FORMAT_VERSION = 2;
  static final int SECTOR_BYTES = 512;

  private static final byte[] MAGIC = "XLVSCONF".getBytes(StandardCharsets.US_ASCII);
  private static final int FILE_HEADER_BYTES = 16;
  private static final int RECORD_HEADER_BYTES = 12;
  /** Java copies what it writes outside of the heap, and keeps that copy. */
  private static final int WRITE_BYTES = 1 << 20;

  private final FileChannel channel;
  private long end;
  private long firstEnd;
  private boolean usable = true;

  private RecordLog(FileChannel channel, long end) {
    this.channel = channel;
    this.end = end;
  }

  /** What records are given to, in order. */
  interface Reader {
    /**
     * Takes a payload.
     *
     * @param endBytes of the file up to the end of its record
     * @throws IOException if it is no message
     * @throws IllegalArgumentException if a value in it cannot be
     */
    void take(byte[] payload, long endBytes) throws IOException;
  }

  /** A file that is not as it was written. */
  static final class DamagedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Bytes before the damage that are whole; 0 if the first record is not among them. */
    final long wholeBytes;

    DamagedException(long wholeBytes, String message, Throwable cause) {
      super(message, cause);
      this.wholeBytes = wholeBytes;
    }
  }

  /** Makes a file of records and returns once it is on stable storage; the directory's entry is the caller's matter. */
  static RecordLog create(Path file, byte[] first, List<byte[]> more) throws IOException {
    Files.deleteIfExists(file);
    FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
    try {
      write(channel, 0, fileHeader());
      RecordLog log = new RecordLog(channel, SECTOR_BYTES);
      log.write(first);
      log.firstEnd = log.end;
      for (byte[] payload : more) {
        log.write(payload);
      }
      channel.force(true);
      return log;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Reads a file and opens it for more; a torn last record is cut off. */
  static RecordLog open(Path file, Reader reader) throws IOException, DamagedException {
    byte[] bytes = Files.readAllBytes(file);
    requireHeader(bytes);
    if (bytes.length == SECTOR_BYTES || isTorn(bytes, SECTOR_BYTES)) {
      throw damaged(0, "its first record is cut short", null);
    }
    int firstEnd = take(bytes, SECTOR_BYTES, reader);
    int at = firstEnd;
    while (at < bytes.length && !isTorn(bytes, at)) {
      at = take(bytes, at, reader);
    }
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    if (at < bytes.length) {
      channel.truncate(at);
      channel.force(true);
    }
    RecordLog log = new RecordLog(channel, at);
    log.firstEnd = firstEnd;
    return log;
  }

  /** Bytes of the file. */
  long sizeBytes() {
    return end;
  }

  /** Bytes of the file up to the end of the first record. */
  long firstBytes() {
    return firstEnd;
  }

  /** False once it cannot be known what is on the disk: then the whole has to be written to another file. */
  boolean isUsable() {
    return usable;
  }

  /** Bytes that a record takes. */
  static long recordBytes(int payloadBytes) {
    return ((long) RECORD_HEADER_BYTES + payloadBytes + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
  }

  /** Reads a file that is open for more, up to the end of a record. */
  static void read(Path file, long endBytes, Reader reader) throws IOException, DamagedException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(Math.toIntExact(endBytes));
    }
    requireHeader(bytes);
    for (int at = SECTOR_BYTES; at < endBytes;) {
      at = take(bytes, at, reader);
    }
  }

  /** Adds a record; after an exception the log ends where it ended before, or is not {@link #isUsable usable}. */
  void append(byte[] payload) throws IOException {
    long before = end;
    boolean written = false;
    try {
      write(payload);
      written = true;
      channel.force(false);
    } catch (IOException e) {
      // After an fsync that failed the kernel calls pages clean that never reached the disk.
      usable = !written;
      end = before;
      cutOff(e);
      throw e;
    }
  }

  /** Takes back what came after the end of a record; after an exception the log is not {@link #isUsable usable}. */
  void cutBack(long endBytes) throws IOException {
    try {
      channel.truncate(endBytes);
      channel.force(true);
      end = endBytes;
    } catch (IOException e) {
      usable = false;
      throw e;
    }
  }

  /** Writes a record, not yet to stable storage. */
  private void write(byte[] payload) throws IOException {
    long size = recordBytes(payload.length);
    byte[] padding = new byte[(int) (size - RECORD_HEADER_BYTES - payload.length)];
    Arrays.fill(padding, (byte) 0xff);
    CRC32C checksum = new CRC32C();
    checksum.update(payload);
    checksum.update(padding);
    ByteBuffer header = ByteBuffer.allocate(RECORD_HEADER_BYTES).putInt(payload.length).putInt((int) checksum.getValue());
    header.putInt(checksum(header.array(), 0, 8)).flip();
    write(channel, end, header);
    write(channel, end + RECORD_HEADER_BYTES, ByteBuffer.wrap(payload));
    write(channel, end + RECORD_HEADER_BYTES + payload.length, ByteBuffer.wrap(padding));
    end += size;
  }

  private void cutOff(IOException failure) {
    try {
      channel.truncate(end);
    } catch (IOException e) {
      usable = false;
      failure.addSuppressed(e);
    }
  }

  private static void write(FileChannel channel, long position, ByteBuffer bytes) throws IOException {
    for (int from = 0; from < bytes.capacity(); from = bytes.position()) {
      bytes.limit(Math.min(bytes.capacity(), from + WRITE_BYTES));
      channel.write(bytes, position + from);
    }
  }

  private static ByteBuffer fileHeader() {
    ByteBuffer header = ByteBuffer.allocate(SECTOR_BYTES).put(MAGIC).putInt(FORMAT_VERSION);
    header.putInt(checksum(header.array(), 0, 12));
    while (header.hasRemaining()) {
      header.put((byte) 0xff);
    }
    return header.flip();
  }

  private static void requireHeader(byte[] bytes) throws DamagedException {
    if (bytes.length < SECTOR_BYTES) {
      throw damaged(0, "it has " + bytes.length + " bytes, fewer than its header", null);
    }
    if (!Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw damaged(0, "it does not begin with \"XLVSCONF\"", null);
    }
    ByteBuffer header = ByteBuffer.wrap(bytes);
    int version = header.getInt(8);
    // Before the version: a damaged version number must not look like a newer xlvsd's file.
    if (header.getInt(12) != checksum(bytes, 0, 12)) {
      throw damaged(0, "its header is damaged", null);
    }
    if (version != FORMAT_VERSION) {
      throw damaged(0, "it has format version " + Integer.toUnsignedString(version) + ", this xlvsd knows " + FORMAT_VERSION, null);
    }
    if (!Arrays.equals(bytes, FILE_HEADER_BYTES, SECTOR_BYTES, fileHeader().array(), FILE_HEADER_BYTES, SECTOR_BYTES)) {
      throw damaged(0, "its header is damaged", null);
    }
  }

  /** Whether the file's last record is one that a crash kept from being written whole. */
  private static boolean isTorn(byte[] bytes, int at) {
    if (bytes.length - at < SECTOR_BYTES || isUnwritten(bytes, at)) {
      return true;
    }
    ByteBuffer header = ByteBuffer.wrap(bytes, at, RECORD_HEADER_BYTES);
    if (header.getInt(at + 8) != checksum(bytes, at, 8)) {
      return false;
    }
    long after = at + recordBytes(header.getInt(at));
    if (after < bytes.length) {
      return false;
    }
    boolean hole = after > bytes.length;
    for (int sector = at; sector < bytes.length && !hole; sector += SECTOR_BYTES) {
      hole = isUnwritten(bytes, sector);
    }
    return hole;
  }

  private static boolean isUnwritten(byte[] bytes, int sector) {
    for (int i = sector; i < Math.min(bytes.length, sector + SECTOR_BYTES); i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Gives a record to the reader; where the next one begins. */
  private static int take(byte[] bytes, int at, Reader reader) throws DamagedException {
    ByteBuffer header = ByteBuffer.wrap(bytes, at, RECORD_HEADER_BYTES);
    if (header.getInt(at + 8) != checksum(bytes, at, 8)) {
      throw damaged(at, "the header of the record at byte " + at + " is damaged", null);
    }
    int length = header.getInt(at);
    int size = (int) recordBytes(length);
    int computed = checksum(bytes, at + RECORD_HEADER_BYTES, size - RECORD_HEADER_BYTES);
    if (header.getInt(at + 4) != computed) {
      throw damaged(at, String.format("the checksum of the record at byte %d is %08x, %08x was written", at, computed,
          header.getInt(at + 4)), null);
    }
    try {
      reader.take(Arrays.copyOfRange(bytes, at + RECORD_HEADER_BYTES, at + RECORD_HEADER_BYTES + length), at + (long) size);
    } catch (IOException | IllegalArgumentException e) {
      throw damaged(at, "the record at byte " + at + " cannot be read: " + e.getMessage(), e);
    }
    return at + size;
  }

  private static DamagedException damaged(long at, String message, Throwable cause) {
    return new DamagedException(at <= SECTOR_BYTES ? 0 : at, message, cause);
  }

  private static int checksum(byte[] bytes, int from, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, from, length);
    return (int) checksum.getValue();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
