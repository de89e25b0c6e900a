// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Compares frames; two that differ are described field by field and kept as pcap files under target/. */
final class Mismatch {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final int LINKTYPE_ETHERNET = 1;

  private Mismatch() {
  }

  /** Fails unless both are the same up to the end of the expected one; what lies behind may be padding. */
  static void assertSamePacket(String what, byte[] sent, byte[] expected, byte[] actual) {
    if (begins(actual, expected)) {
      return;
    }
    List<String> fields = Dissection.difference(expected, actual);
    String lines = fields.isEmpty() ? "only bytes outside the known fields differ" : String.join("\n  ", fields);
    throw new AssertionError(what + ": the packet differs\n  " + lines + "\n" + keep(what, sent, expected, actual));
  }

  static boolean begins(byte[] whole, byte[] start) {
    return whole.length >= start.length && Arrays.equals(start, 0, start.length, whole, 0, start.length);
  }

  /** Fails with the packets of a case that has nothing to compare with. */
  static AssertionError failure(String what, byte[] sent, byte[] actual) {
    return new AssertionError(what + "\n" + keep(what, sent, null, actual));
  }

  private static String keep(String what, byte[] sent, byte[] expected, byte[] actual) {
    Path directory = Path.of("target", "packets");
    String name = COUNT.incrementAndGet() + "-" + what.replaceAll("[^A-Za-z0-9]+", "-");
    String stem = name.length() > 60 ? name.substring(0, 60) : name;
    StringBuilder text = new StringBuilder();
    append(text, directory, stem + "-sent", sent);
    if (expected != null) {
      append(text, directory, stem + "-expected", expected);
    }
    append(text, directory, stem + "-actual", actual);
    return text.toString();
  }

  private static void append(StringBuilder text, Path directory, String name, byte[] frame) {
    Path file = directory.resolve(name + ".pcap");
    try {
      Files.createDirectories(directory);
      writePcap(file, frame);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    text.append("  ").append(file).append(": ").append(shortened(Bytes.hex(frame))).append('\n');
  }

  private static String shortened(String hex) {
    return hex.length() <= 600 ? hex : hex.substring(0, 600) + "...";
  }

  /** The classic pcap format, version 2.4, in network order. */
  static void writePcap(Path file, byte[] frame) throws IOException {
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
      out.writeInt(0xa1b2c3d4);
      out.writeShort(2);
      out.writeShort(4);
      out.writeInt(0);
      out.writeInt(0);
      out.writeInt(0x40000);
      out.writeInt(LINKTYPE_ETHERNET);
      out.writeInt(0);
      out.writeInt(0);
      out.writeInt(frame.length);
      out.writeInt(frame.length);
      out.write(frame);
    }
  }
}
