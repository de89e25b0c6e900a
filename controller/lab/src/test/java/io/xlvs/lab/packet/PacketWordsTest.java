// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets from words, and words from packets. */
class PacketWordsTest {
  private static List<byte[]> packets(String words) {
    return PacketWords.packets(List.of(words.split(" ")), 7);
  }

  private static String text(String words) {
    return String.join("; ", PacketText.lines(packets(words)));
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "10.0.0.150:40000 > 10.0.0.120:80 tcp SA data 3 ttl 64",
    "10.0.0.150:40000 > 10.0.0.120:80 tcp . ttl 1 tos 8 df",
    "10.0.0.150:40000 > 10.0.0.120:80 tcp A offset 16 ttl 64",
    "10.0.0.150:40000 > 10.0.0.120:80 udp data 9 ttl 64",
    "[fd00::150]:40000 > [fd00::120]:80 udp data 9 ttl 64",
    "[fd00::150]:40000 > [fd00::120]:80 tcp FPAU ttl 3 tos 192",
    "10.0.0.150 > 10.0.0.120 icmp 8/0 data 16 ttl 64",
    "fd00::150 > fd00::120 icmp 128/0 ttl 64",
    "10.0.0.1 > 10.0.0.120 protocol 47 data 4 ttl 64",
    "10.0.0.150 > 10.0.0.120 icmp 3/4 mtu 1400 ttl 64 about 10.0.0.120:80 > 10.0.0.150:40000 tcp A data 100 ttl 63",
    "fd00::150 > fd00::120 icmp 2/0 mtu 1400 ttl 64 about [fd00::120]:80 > [fd00::150]:40000 udp data 100 ttl 63"})
  void whatIsSaidIsTold(String words) {
    assertThat(text(words)).isEqualTo(words);
  }

  @Test
  void wrongChecksumsAreTold() {
    assertThat(text("10.0.0.150:1 > 10.0.0.120:2 tcp S badsum")).isEqualTo("10.0.0.150:1 > 10.0.0.120:2 tcp S bad checksum ttl 64");
    assertThat(text("10.0.0.150:1 > 10.0.0.120:2 udp data 3 badsum")).isEqualTo("10.0.0.150:1 > 10.0.0.120:2 udp data 3 bad checksum ttl 64");
    assertThat(text("fd00::1 > fd00::2 icmp 128/0 badsum")).isEqualTo("fd00::1 > fd00::2 icmp 128/0 bad checksum ttl 64");
    assertThat(text("10.0.0.150:1 > 10.0.0.120:2 udp nosum")).isEqualTo("10.0.0.150:1 > 10.0.0.120:2 udp nosum ttl 64");
    assertThat(text("10.0.0.150:1 > 10.0.0.120:2 udp badheadersum")).isEqualTo("10.0.0.150:1 > 10.0.0.120:2 udp ttl 64 bad header checksum");
  }

  @Test
  void aCutQuotationIsTold() {
    String error = "10.0.0.150 > 10.0.0.120 icmp 3/3 quote 28 about 10.0.0.120:80 > 10.0.0.150:40000 udp data 100";
    assertThat(text(error)).isEqualTo("10.0.0.150 > 10.0.0.120 icmp 3/3 ttl 64 about 10.0.0.120:80 > 10.0.0.150:40000 udp data 100 ttl 64");
    assertThat(text(error.replace("28", "60"))).endsWith(" cut");
    assertThat(text(error.replace("28", "9"))).endsWith(" about 9 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.150:1 > 10.0.0.120:2", "[fd00::150]:1 > [fd00::120]:2"})
  void fragmentsAreJoinedIfAllAreThere(String addresses) {
    String words = addresses + " udp data 3000 pieces 1480-2960 2960-3008 0-1480";
    assertThat(text(words)).isEqualTo(addresses + " udp data 3000 ttl 64 fragmented");
    List<byte[]> some = packets(words).subList(0, 2);
    assertThat(PacketText.lines(some)).hasSize(2).allMatch(line -> line.contains(" udp fragment "));
    List<byte[]> damaged = new ArrayList<>(packets(words));
    byte[] last = damaged.get(2).clone();
    last[last.length - 1]++;
    damaged.set(2, last);
    assertThat(PacketText.lines(damaged)).containsExactly(addresses + " udp data 3000 bad checksum ttl 64 fragmented");
  }

  @Test
  void aDatagramWhoseFragmentsOverlapIsDiscardedAndARepeatedFragmentDoesNoHarm() {
    assertThat(text("10.0.0.150:1 > 10.0.0.120:2 udp data 1000 pieces 0-512 400-1008")).isEmpty();
    assertThat(text("10.0.0.150:1 > 10.0.0.120:2 udp data 1000 pieces 0-512 0-512 512-1008")).endsWith("udp data 1000 ttl 64 fragmented");
  }

  @Test
  void tunnelsAreOpenedBeforeFragmentsAreJoined() {
    List<byte[]> tunnelled = packets("10.0.0.150:1 > 10.0.0.120:2 udp data 3000 pieces 0-1480 1480-3008").stream()
        .map(inner -> new IpHeader(60).wrap(new byte[] {10, 1, 0, 1}, new byte[] {10, 1, 0, 21}, Protocol.IPIP, inner)).toList();
    String line = "ipip 10.1.0.1 > 10.1.0.21 ttl 60: 10.0.0.150:1 > 10.0.0.120:2 udp data 3000 ttl 64 fragmented";
    assertThat(PacketText.lines(tunnelled)).containsExactly(line);
    byte[] inner = packets("10.0.0.150:1 > 10.0.0.120:2 udp data 3000").get(0);
    IpHeader outer = new IpHeader(60);
    List<byte[]> fragmented = List.of(outer.wrapPiece(new byte[] {10, 1, 0, 1}, new byte[] {10, 1, 0, 21}, Protocol.IPIP, inner, 0, 1480),
        outer.wrapPiece(new byte[] {10, 1, 0, 1}, new byte[] {10, 1, 0, 21}, Protocol.IPIP, inner, 1480, inner.length));
    assertThat(PacketText.lines(fragmented)).containsExactly(line);
  }

  /** RFC 1071's readers know this header best: its checksum is 0xb861. */
  @Test
  void aKnownHeadersChecksumIsRight() {
    byte[] header = HexFormat.of().parseHex("450000730000400040110000c0a80001c0a800c7");
    assertThat(~Octets.sum(header) & 0xffff).isEqualTo(0xb861);
  }

  @Test
  void whatIsNoPacketIsSaidToBeNone() {
    assertThat(PacketText.lines(List.of(new byte[10]))).containsExactly("no IP packet, 10 bytes");
    byte[] shortHeader = packets("10.0.0.150:1 > 10.0.0.120:2 udp headerlength 16").get(0);
    assertThat(PacketText.lines(List.of(shortHeader))).containsExactly("no IP packet, 28 bytes");
    assertThat(Arrays.equals(packets("10.0.0.150:1 > 10.0.0.120:2 udp cut 22").get(0), 0, 2, shortHeader, 0, 2)).isFalse();
  }

  @Test
  void wordsThatSayNothingAreNamed() {
    assertThatIllegalArgumentException().isThrownBy(() -> packets("10.0.0.150:1 > 10.0.0.120:2 sctp")).withMessageContaining("\"sctp\"");
    assertThatIllegalArgumentException().isThrownBy(() -> packets("10.0.0.150:1 > 10.0.0.120:2 tcp Q")).withMessageContaining("\"Q\"");
    assertThatIllegalArgumentException().isThrownBy(() -> packets("10.0.0.150:1 > 10.0.0.120:2 udp soon")).withMessageContaining("\"soon\"");
    assertThatIllegalArgumentException().isThrownBy(() -> packets("10.0.0.150:1 to 10.0.0.120:2 udp")).withMessageContaining("\"to\"");
  }
}
