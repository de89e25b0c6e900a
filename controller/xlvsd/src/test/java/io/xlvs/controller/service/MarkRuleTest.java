// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MarkRuleTest {
  @ParameterizedTest
  @ValueSource(strings = {"1:10.0.0.100", "4294967295:10.0.0.96/28", "7:fd00::100", "7:fd00::/120", "1:0.0.0.0/0"})
  void textFormsAreReadBackAsTheyAreWritten(String text) {
    assertThat(MarkRuleKey.parse(text).text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "0:10.0.0.100", "4294967296:10.0.0.100", "1:10.0.0.256", "1:10.0.0.100/33", "1:10.0.0.100/-1", "1:10.0.0.100/",
      "1:fd00::/129", "x:10.0.0.100"})
  void whatIsNoMarkRuleIsRefused(String text) {
    assertThatThrownBy(() -> MarkRuleKey.parse(text)).isInstanceOf(IllegalArgumentException.class).message().isNotBlank();
  }

  @ParameterizedTest
  @CsvSource({"10.0.0.100/28, 10.0.0.96/28", "fd00::101/120, fd00::100/120", "fd00:0:0:1:8000::/64, fd00:0:0:1::/64", "fd00::1/0, ::/0"})
  void bitsBehindAPrefixLengthAreRefusedWithWhatWouldBeRight(String text, String right) {
    assertThatThrownBy(() -> Prefix.parse(text)).hasMessageContaining("\"" + text + "\"").hasMessageContaining(right + " would be right");
  }

  @Test
  void aPrefixHasItsAddressesInOrder() {
    assertThat(Prefix.parse("10.0.0.96/28").address(15)).hasToString("10.0.0.111");
    assertThat(Prefix.parse("fd00::100/120").address(255)).hasToString("fd00::1ff");
    assertThat(Prefix.parse("10.0.0.100").hostBits()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"10.0.0.0/24, 10.0.0.100, true", "10.0.0.0/24, 10.0.1.0/24, false", "fd00::/120, fd00::1, true", "0.0.0.0/0, ::/0, false"})
  void prefixesOverlapIfAnAddressIsInBoth(String one, String other, boolean overlap) {
    assertThat(Prefix.parse(one).overlaps(Prefix.parse(other))).isEqualTo(overlap);
    assertThat(Prefix.parse(other).overlaps(Prefix.parse(one))).isEqualTo(overlap);
  }

  private static List<PortRange> ranges(int... firstAndLast) {
    PortRange[] ranges = new PortRange[firstAndLast.length / 2];
    Arrays.setAll(ranges, i -> new PortRange(firstAndLast[2 * i], firstAndLast[2 * i + 1]));
    return List.of(ranges);
  }

  @Test
  void rangesThatTouchAreOne() {
    assertThat(PortRange.merged(ranges(8000, 8080, 80, 80, 81, 90, 85, 86, 443, 443))).containsExactlyElementsOf(
        ranges(80, 90, 443, 443, 8000, 8080));
  }

  private static MarkRule rule(String key, List<PortRange> tcp, List<PortRange> udp) {
    return new MarkRule(MarkRuleKey.parse(key), tcp, udp, List.of(), 1);
  }

  @Test
  void entriesAreAddressesTimesPortsAndEveryPortIsOne() {
    assertThat(rule("1:10.0.0.100", ranges(80, 80, 8000, 8009), ranges(53, 53)).entries()).isEqualTo(12);
    assertThat(rule("1:10.0.0.0/24", ranges(1, 65535), ranges(1, 65535)).entries()).isEqualTo(512);
  }

  @Test
  void rulesContradictEachOtherIfAPacketWouldCarryTwoMarks() {
    MarkRule web = rule("1:10.0.0.100", ranges(80, 80), List.of());
    assertThat(web.contradicts(rule("2:10.0.0.0/24", ranges(1, 65535), List.of()))).isTrue();
    assertThat(web.contradicts(rule("1:10.0.0.0/24", ranges(1, 65535), List.of()))).as("the same mark").isFalse();
    assertThat(web.contradicts(rule("2:10.0.0.100", ranges(81, 90), List.of()))).as("other ports").isFalse();
    assertThat(web.contradicts(rule("2:10.0.0.100", List.of(), ranges(80, 80)))).as("another protocol").isFalse();
    assertThat(web.contradicts(rule("2:10.0.0.101", ranges(80, 80), List.of()))).as("another address").isFalse();
  }
}
