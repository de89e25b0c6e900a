// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.loader.Collection;
import io.xlvs.loader.CollectionSpec;
import io.xlvs.loader.TestRunOptions;
import io.xlvs.loader.TestRunResult;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole packets before and after the program that lowers the MSS, checksums included. TCP flags: 2 SYN, 16 ACK, 18 both. */
class LowerMssTest {
  private static final int UNSPEC = -1;
  private static final String VIP4 = "192.0.2.100";
  private static final String VIP6 = "2001:db8::100";

  private Collection live;

  @BeforeEach
  void load() {
    CollectionSpec spec = Programs.spec("tunnel");
    spec.variable("mss_ipv4").set(1428);
    spec.variable("mss_ipv6").set(1408);
    live = spec.load();
    Programs.fill(
        live.map(Programs.VIPS), Programs.ADDRESS, List.of(Literals.address("vip", VIP4), Literals.address("vip", VIP6)));
  }

  @AfterEach
  void close() {
    live.close();
  }

  /** @param options with "mss" where the two bytes of the value stand */
  private static byte[] segment(String source, String destination, int flags, String options, int mss) {
    String hex = options.replace("mss", String.format("%04x", mss));
    ByteBuffer tcp = ByteBuffer.allocate(20 + hex.length() / 2);
    tcp.putShort((short) 80).putShort((short) 40000).putLong(0x1122334455667788L);
    tcp.put((byte) (tcp.capacity() / 4 << 4)).put((byte) flags).putShort((short) 65535).putInt(0);
    for (int i = 0; i < hex.length(); i += 2) {
      tcp.put((byte) Integer.parseInt(hex.substring(i, i + 2), 16));
    }
    tcp.putShort(16, checksum(source, destination, tcp));
    return Packets.frame(Packets.ip(source, destination, 0, 6, tcp.array()));
  }

  private static short checksum(String source, String destination, ByteBuffer tcp) {
    long sum = 6 + tcp.capacity();
    for (String address : List.of(source, destination)) {
      ByteBuffer bytes = ByteBuffer.wrap(Literals.address("address", address).getAddress());
      while (bytes.hasRemaining()) {
        sum += bytes.getShort() & 0xffff;
      }
    }
    for (int i = 0; i < tcp.capacity(); i += 2) {
      sum += tcp.getShort(i) & 0xffff;
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (short) ~sum;
  }

  @ParameterizedTest(name = "{0} flags {1} options {2}: {3} becomes {4}")
  @CsvSource({
    "192.0.2.100, 18, 0204mss, 1460, 1428",
    "192.0.2.100, 18, 0204mss, 9960, 1428",
    "192.0.2.100, 18, 0204mss, 1428, 1428",
    "192.0.2.100, 18, 0204mss, 536, 536",
    "192.0.2.100, 2, 0204mss, 1460, 1428",
    "192.0.2.100, 16, 0204mss, 1460, 1460",
    "192.0.2.9, 18, 0204mss, 1460, 1460",
    "192.0.2.100, 18, 010204mss000000, 1460, 1428",
    "192.0.2.100, 18, 030307080a00000000000000000204mss000000, 1460, 1428",
    "192.0.2.100, 18, 000204mss000000, 1460, 1460",
    "192.0.2.100, 18, 03000204mss0000, 1460, 1460",
    "2001:db8::100, 18, 0204mss, 1440, 1408",
    "2001:db8::100, 18, 010204mss000000, 1440, 1408",
    "2001:db8::9, 18, 0204mss, 1440, 1440"
  })
  void theMssOfSynsFromAVipIsLowered(String source, int flags, String options, int mss, int expected) {
    String client = source.contains(":") ? "2001:db8:1::9" : "198.51.100.9";
    TestRunResult result =
        live.program("xlvs_lower_mss").testRun(TestRunOptions.packet(segment(source, client, flags, options, mss)));

    assertThat(result.returnValue()).isEqualTo(UNSPEC);
    assertThat(result.out()).isEqualTo(segment(source, client, flags, options, expected));
  }
}
