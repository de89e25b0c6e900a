// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares the hash with the C header itself, compiled for this machine. */
class EndpointHashTest {
  private static final int VECTORS = 10_000;

  @Test
  void equalsTheHashOfTheCHeaderForRandomInput(@TempDir Path directory) throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<long[]> inputs = new ArrayList<>();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < VECTORS; i++) {
      long[] input = {random.nextLong(), random.nextLong(), random.nextLong() >>> random.nextInt(64), random.nextInt()};
      inputs.add(input);
      lines.append(String.format("%x %x %x %x%n", input[0], input[1], input[2], (int) input[3]));
    }
    List<String> hashes = hashInC(directory, lines.toString());
    assertThat(hashes).hasSize(VECTORS);
    for (int i = 0; i < VECTORS; i++) {
      long[] input = inputs.get(i);
      long hash = EndpointHash.hash(input[0], input[1], input[2], (int) input[3]);
      assertThat(String.format("%016x", hash)).as("vector %d, random seed %d", i, seed).isEqualTo(hashes.get(i));
    }
  }

  @Test
  void takesThePortAsThePacketCarriesIt() {
    Endpoint endpoint =
        new Endpoint(WireAddress.of(new byte[] {10, 0, 0, 1}), 0x1234, 6, EndpointKind.SERVER, Family.IPV4, 0);
    long portAsRead = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0x3412 : 0x1234;
    long third = portAsRead | 6L << 16 | 2L << 24 | 4L << 32;
    int word = ByteBuffer.wrap(new byte[] {10, 0, 0, 1}).order(ByteOrder.nativeOrder()).getInt();
    assertThat(EndpointHash.of(endpoint, 7)).isEqualTo(EndpointHash.hash(Integer.toUnsignedLong(word), 0, third, 7));
  }

  @Test
  void makesTheSameAddressOfNumbersAsOfBytes() {
    byte[] four = {10, 1, 2, (byte) 200};
    byte[] sixteen = {(byte) 0xfd, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    assertThat(WireAddress.ofIpv4(0x0a0102c8)).isEqualTo(WireAddress.of(four));
    assertThat(WireAddress.ofIpv6(0xfd01020304050607L, 0x08090a0b0c0d0e0fL)).isEqualTo(WireAddress.of(sixteen));
    assertThat(WireAddress.of(four).bytes(Family.IPV4)).isEqualTo(four);
    assertThat(WireAddress.of(sixteen).bytes(Family.IPV6)).isEqualTo(sixteen);
  }

  private static List<String> hashInC(Path directory, String input) throws IOException, InterruptedException {
    Path program = directory.resolve("endpoint_hash");
    run(List.of("clang-19", "-O1", "-Wall", "-Werror", "-D__always_inline=inline", "-Isrc/main/c",
        "-o", program.toString(), "src/test/c/endpoint_hash.c"), "", directory);
    return run(List.of(program.toString()), input, directory).lines().toList();
  }

  private static String run(List<String> command, String input, Path directory) throws IOException, InterruptedException {
    Path in = Files.writeString(directory.resolve("in"), input);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(in.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
    return output;
  }
}
