// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tools of the packet tests, held against packets that others made. */
class PacketBuilderTest {
  private static final InetAddress CLIENT = Bytes.address("192.0.2.7");
  private static final InetAddress VIP = Bytes.address("198.51.100.1");
  private static final InetAddress CLIENT6 = Bytes.address("2001:db8::7");
  private static final InetAddress VIP6 = Bytes.address("2001:db8:1::1");
  private static final Ether LINK = new Ether(Bytes.unhex("02:00:00:00:00:01"), Bytes.unhex("02:00:00:00:00:02"));

  /** The header that RFC 1071's readers know best, with the checksum 0xb861. */
  @Test
  void shouldComputeTheChecksumOfAKnownHeader() {
    byte[] header = Bytes.unhex("4500 0073 0000 4000 4011 0000 c0a8 0001 c0a8 00c7");
    assertThat(Checksum.complement(Checksum.sum(header, 0, header.length))).isEqualTo(0xb861);
  }

  @Test
  void shouldSumAnOddByteAsIfAZeroFollowed() {
    assertThat(Checksum.sum(new byte[] {1, 2, 3}, 0, 3)).isEqualTo(0x0102 + 0x0300);
  }

  @Test
  void shouldFillLengthsAndChecksumsOfEveryShape() throws MalformedPacketException {
    byte[] text = "some data!!".getBytes(StandardCharsets.US_ASCII);
    List<Layer> layers4 =
        List.of(new Tcp(1, 2, Tcp.ACK).payload(text), new Udp(3, 4, text, true), Icmp.echoRequest(4, 5, 6, text));
    List<Layer> layers6 =
        List.of(new Tcp(1, 2, Tcp.ACK).payload(text), new Udp(3, 4, text, true), Icmp.echoRequest(6, 5, 6, text));
    for (int n = 0; n < layers4.size(); n++) {
      Ip v4 = new Ip(CLIENT, VIP, layers4.get(n)).options(new byte[] {(byte) 148, 4, 0, 0});
      Ip v6 = new Ip(CLIENT6, VIP6, layers6.get(n)).extension(Protocol.HOP_BY_HOP, new byte[] {1, 4, 0, 0, 0, 0});
      for (Ip ip : List.of(v4, v6)) {
        Headers headers = Headers.ofFrame(Ether.padded(LINK.wrap(ip)));
        assertThat(headers.length()).isEqualTo(ip.encode().length);
        assertThat(headers.transportSum()).isEqualTo(0xffff);
        assertThat(headers.version() == 6 || headers.headerSum() == 0xffff).isTrue();
      }
    }
  }

  @Test
  void shouldCutAPacketIntoFragmentsThatJoinAgain() throws MalformedPacketException {
    byte[] payload = new byte[3001];
    for (int n = 0; n < payload.length; n++) {
      payload[n] = (byte) n;
    }
    for (Ip ip : List.of(new Ip(CLIENT, VIP, new Udp(1, 2, payload, true)),
        new Ip(CLIENT6, VIP6, new Udp(1, 2, payload, true)))) {
      byte[] joined = new byte[0];
      for (byte[] piece : Ip.fragments(ip.encode(), 1000, 77)) {
        Headers headers = Headers.ofIp(piece);
        assertThat(headers.fragmentOffset()).isEqualTo(joined.length);
        assertThat(headers.fragmentId()).isEqualTo(77);
        joined = Bytes.concat(joined, Bytes.slice(piece, headers.transport(), piece.length));
        assertThat(headers.moreFragments()).isEqualTo(joined.length < 3009);
      }
      assertThat(joined).hasSize(3009);
    }
  }

  @Test
  void shouldRefuseWhatContradictsItself() {
    byte[] frame = LINK.wrap(new Ip(CLIENT, VIP, new Tcp(1, 2, Tcp.SYN)));
    for (int length = 0; length < frame.length; length++) {
      byte[] cut = Bytes.slice(frame, 0, length);
      assertThatThrownBy(() -> Headers.ofFrame(cut)).isInstanceOf(MalformedPacketException.class);
    }
    byte[] shortHeader = frame.clone();
    shortHeader[14] = 0x44;
    assertThatThrownBy(() -> Headers.ofFrame(shortHeader)).hasMessage("IHL of 16 bytes");
    byte[] shortOffset = frame.clone();
    shortOffset[14 + 20 + 12] = 0x40;
    assertThatThrownBy(() -> Headers.ofFrame(shortOffset)).hasMessage("TCP data offset of 16 bytes");
  }

  @Test
  void shouldNameTheFieldThatDiffersAndKeepBothPackets() {
    byte[] expected = new Ether(LINK.destination(), LINK.source(), 5).wrap(new Ip(CLIENT, VIP, new Tcp(1, 2, 2)));
    byte[] actual = new Ether(LINK.destination(), LINK.source(), 5).wrap(new Ip(CLIENT, VIP, new Tcp(1, 3, 2)));
    assertThatThrownBy(() -> Mismatch.assertSamePacket("differ test", expected, expected, actual))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("tcp.destination: expected 2, actual 3")
        .hasMessageContaining("l4.checksum")
        .satisfies(error -> {
          String message = error.getMessage();
          int at = message.indexOf("target/packets");
          Path pcap = Path.of(message.substring(at, message.indexOf(".pcap", at) + 5));
          assertThat(Files.readAllBytes(pcap)).startsWith(0xa1, 0xb2, 0xc3, 0xd4).endsWith(expected);
        });
  }

  @Test
  void shouldTakeTrailingPaddingForNoDifferenceButACutPacketForOne() {
    byte[] frame = LINK.wrap(new Ip(CLIENT, VIP, new Udp(1, 2, new byte[3], true)));
    Mismatch.assertSamePacket("padding", frame, frame, Ether.padded(frame));
    assertThatThrownBy(
            () -> Mismatch.assertSamePacket("cut", frame, frame, Bytes.slice(frame, 0, frame.length - 1)))
        .isInstanceOf(AssertionError.class);
  }
}
