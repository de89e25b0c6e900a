// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PersistentMapTest {
  private static final long SEED = 20261130;

  /** Many keys have the same hash. */
  private record Key(int number) {
    @Override
    public int hashCode() {
      return number % 200;
    }
  }

  private record Change(Key key, Object value) {}

  private final Random random = new Random(SEED);
  private PersistentMap<Key, Object> map = PersistentMap.empty();
  private final Map<Key, Object> model = new LinkedHashMap<>();

  private void step() {
    Key key = new Key(random.nextInt(1000));
    if (random.nextInt(3) == 0) {
      map = map.without(key);
      model.remove(key);
    } else {
      Object value = new Object();
      map = map.with(key, value);
      model.put(key, value);
    }
  }

  @Test
  void itIsALinkedHashMapAfterWhateverChanges() {
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < 500; i++) {
        step();
      }
      assertThat(new ArrayList<>(map.entrySet())).as("round %d", round).isEqualTo(new ArrayList<>(model.entrySet()));
      assertThat(map).hasSameSizeAs(model);
      for (int number = 0; number < 1000; number++) {
        assertThat(map.get(new Key(number))).as("round %d key %d", round, number).isSameAs(model.get(new Key(number)));
        assertThat(map.containsKey(new Key(number))).isEqualTo(model.containsKey(new Key(number)));
      }
    }
  }

  @Test
  void whatWasChangedFromStaysAsItWas() {
    for (int i = 0; i < 1000; i++) {
      step();
    }
    PersistentMap<Key, Object> kept = map;
    List<Map.Entry<Key, Object>> entries = new ArrayList<>(new LinkedHashMap<>(model).entrySet());
    for (int i = 0; i < 3000; i++) {
      step();
    }
    assertThat(new ArrayList<>(kept.entrySet())).isEqualTo(entries);
  }

  @Test
  void aComparisonFindsWhatIsGoneAndWhatIsNewOrDiffersInOrder() {
    for (int round = 0; round < 50; round++) {
      PersistentMap<Key, Object> before = map;
      Map<Key, Object> modelBefore = new LinkedHashMap<>(model);
      for (int i = random.nextInt(round == 0 ? 1 : 200); i > 0; i--) {
        step();
      }
      List<Key> gone = new ArrayList<>();
      List<Change> changed = new ArrayList<>();
      map.compare(before, (key, value) -> gone.add(key), (key, value) -> changed.add(new Change(key, value)));
      assertThat(gone).as("round %d", round)
          .containsExactlyElementsOf(modelBefore.keySet().stream().filter(key -> !model.containsKey(key)).toList());
      assertThat(changed).as("round %d", round).containsExactlyElementsOf(model.entrySet().stream()
          .filter(entry -> modelBefore.get(entry.getKey()) != entry.getValue())
          .map(entry -> new Change(entry.getKey(), entry.getValue())).toList());
    }
  }

  @Test
  void aComparisonLooksAtNothingThatIsShared() {
    int[] looks = {0};
    PersistentMap<Object, Object> counted = PersistentMap.empty();
    for (int number = 0; number < 10_000; number++) {
      int own = number;
      counted = counted.with(new Object() {
        @Override
        public int hashCode() {
          looks[0]++;
          return own;
        }
      }, number);
    }
    Object one = counted.keySet().iterator().next();
    PersistentMap<Object, Object> after = counted.with(one, "other");
    looks[0] = 0;
    after.compare(counted, (k, v) -> {}, (k, v) -> {});
    assertThat(looks[0]).isLessThan(10);
  }

  @Test
  void twoMapsOfDifferentOriginAreComparedAsWell() {
    PersistentMap<Key, Object> other = PersistentMap.empty();
    Object same = new Object();
    for (int number = 0; number < 100; number++) {
      other = other.with(new Key(number), same);
      map = map.with(new Key(number % 2 == 0 ? 99 - number : number), same);
    }
    List<Key> changed = new ArrayList<>();
    map.compare(other, (key, value) -> changed.add(key), (key, value) -> changed.add(key));
    List<Key> missing = new ArrayList<>();
    for (Key key : other.keySet()) {
      if (!map.containsKey(key)) {
        missing.add(key);
      }
    }
    assertThat(changed).containsExactlyElementsOf(missing);
  }

  @Test
  void itCannotBeChangedThroughItsViews() {
    map = map.with(new Key(1), "one");
    assertThatThrownBy(() -> map.put(new Key(2), "two")).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> map.entrySet().iterator().next().setValue("two")).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> map.keySet().remove(new Key(1))).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> PersistentMap.empty().entrySet().iterator().next()).isInstanceOf(NoSuchElementException.class);
  }
}
