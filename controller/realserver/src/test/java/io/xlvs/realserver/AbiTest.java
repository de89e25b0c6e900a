// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.loader.CollectionSpec;
import io.xlvs.loader.btf.Btf;
import io.xlvs.loader.btf.BtfType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** realserver.h and its Java side agree, in both directions. Needs no root. */
class AbiTest {
  private static Map<String, Long> constants(Btf btf, String name) {
    Map<String, Long> constants = new LinkedHashMap<>();
    btf.enumeration(name).orElseThrow().values().forEach(value -> constants.put(value.name(), value.value()));
    return constants;
  }

  @ParameterizedTest
  @ValueSource(strings = {"tunnel", "toa"})
  void countsHaveTheSameNamesAndNumbers(String object) {
    Map<String, Long> expected = new LinkedHashMap<>();
    Stream.of(Count.values()).forEach(count -> expected.put("COUNT_" + count.name(), (long) count.ordinal()));
    expected.put("REALSERVER_COUNTS", (long) Count.values().length);

    assertThat(constants(Programs.spec(object).btf(), "realserver_count")).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = "tunnel")
  void tunnelsHaveTheSameNamesAndBits(String object) {
    Map<String, Long> expected = new LinkedHashMap<>();
    Stream.of(Tunnel.values()).forEach(tunnel -> expected.put("TUNNEL_" + tunnel.name(), (long) tunnel.mask()));

    assertThat(constants(Programs.spec(object).btf(), "realserver_tunnel"))
        .containsExactlyInAnyOrderEntriesOf(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tunnel", "toa"})
  void keysHaveTheLayoutThatTheCodecsWrite(String object) {
    CollectionSpec spec = Programs.spec(object);
    Btf btf = spec.btf();
    BtfType.Struct prefix = btf.struct("realserver_prefix").orElseThrow();

    assertThat(spec.map(Programs.DIRECTORS).keySizeBytes()).isEqualTo(Programs.PREFIX.sizeBytes());
    assertThat(prefix.members()).extracting(BtfType.Member::name).containsExactly("length", "address");
    assertThat(prefix.members()).extracting(BtfType.Member::bitOffset).containsExactly(0, 32);
    assertThat(btf.struct("realserver_address").orElseThrow().sizeBytes()).isEqualTo(Programs.ADDRESS.sizeBytes());
    assertThat(spec.map(Programs.COUNTS).maxEntries()).isEqualTo(Count.values().length);
  }
}
