// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.xlvs.loader.map.MapInfo;
import io.xlvs.loader.map.MapType;
import io.xlvs.loader.testing.TestObjects;
import org.junit.jupiter.api.Test;

/** Nothing here needs privilege. */
class CollectionSpecTest {
  @Test
  void readsMapsAsDeclared() {
    CollectionSpec spec = TestObjects.unprivileged("maps");

    assertThat(spec.name()).isEqualTo("maps");
    assertThat(spec.maps().keySet())
        .containsExactlyInAnyOrder(
            "hash", "lru_hash", "array", "percpu_array", "percpu_hash", "lpm_trie", "devmap", "devmap_hash", "mapped",
            "by_size");
    MapSpec trie = spec.map("lpm_trie");
    assertThat(trie.type()).isEqualTo(MapType.LPM_TRIE);
    assertThat(trie.keySizeBytes()).isEqualTo(8);
    assertThat(trie.valueSizeBytes()).isEqualTo(4);
    assertThat(trie.maxEntries()).isEqualTo(64);
    assertThat(trie.flags()).isEqualTo(MapInfo.NO_PREALLOC);
    assertThat(spec.btf().resolve(trie.keyTypeId()).name()).isEqualTo("lpm_key");
    assertThat(spec.map("by_size").valueSizeBytes()).isEqualTo(12);
    assertThat(spec.map("by_size").declaresPinByName()).isTrue();
    assertThat(trie.declaresPinByName()).isFalse();
  }

  @Test
  void readsProgramsInSourceOrderWithTheirSections() {
    CollectionSpec spec = TestObjects.unprivileged("hooks");

    assertThat(spec.programs().keySet())
        .containsExactly(
            "pass", "other", "redirect_nowhere", "tc_count", "on_socket", "on_peer_name", "on_redirect_error");
    assertThat(spec.program("on_peer_name").sectionName()).isEqualTo("cgroup/getpeername4");
    assertThat(TestObjects.unprivileged("maps").program("optional").autoload()).isFalse();
  }

  @Test
  void readsVariablesWithInitialValues() {
    CollectionSpec spec = TestObjects.unprivileged("vars");

    assertThat(spec.variables().keySet())
        .containsExactlyInAnyOrder("factor", "small", "enabled", "calls", "offset", "table", "kept");
    assertThat(spec.variable("factor").sectionName()).isEqualTo(".rodata");
    assertThat(spec.variable("factor").initial().getInt()).isEqualTo(3);
    assertThat(spec.variable("small").initial().getShort()).isEqualTo((short) 7);
    assertThat(spec.variable("offset").initial().getInt()).isEqualTo(100);
    assertThat(spec.variable("table").sizeBytes()).isEqualTo(16);
    assertThat(spec.map(".rodata").isDataSection()).isTrue();
  }

  @Test
  void refusesValuesThatDoNotFitAVariable() {
    CollectionSpec spec = TestObjects.unprivileged("vars");

    spec.variable("small").set(65535).set(-32768);
    assertThatIllegalArgumentException().isThrownBy(() -> spec.variable("small").set(65536))
        .withMessage("variable 'small' has 2 bytes: 65536 does not fit");
    assertThatIllegalArgumentException().isThrownBy(() -> spec.variable("small").set(-32769));
    assertThatIllegalArgumentException().isThrownBy(() -> spec.variable("table").set(1))
        .withMessageContaining("is no integer");
    assertThatIllegalArgumentException().isThrownBy(() -> spec.variable("table").set(new byte[3]));
  }

  @Test
  void unknownNamesAreAnsweredWithWhatThereIs() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TestObjects.unprivileged("events").map("event"))
        .withMessage("no map 'event' in collection 'events'; it has: events, targets, .bss");
  }

  @Test
  void sectionsOfVariablesCannotBeResized() {
    assertThatIllegalArgumentException().isThrownBy(() -> TestObjects.unprivileged("vars").map(".bss").setMaxEntries(2));
    assertThatIllegalArgumentException().isThrownBy(() -> TestObjects.unprivileged("maps").map("hash").setMaxEntries(0));
  }
}
