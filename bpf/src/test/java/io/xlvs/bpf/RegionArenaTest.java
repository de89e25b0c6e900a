// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RegionArenaTest {
  @Test
  void neverHandsOutAnEntryTwiceAndGetsBackEverything() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    RegionArena arena = new RegionArena(4096, 16);
    List<Region> live = new ArrayList<>();
    BitSet taken = new BitSet();
    for (int step = 0; step < 20_000; step++) {
      if (random.nextInt(5) < 3) {
        Region region = arena.allocate(1 + random.nextInt(200));
        if (region != null) {
          BitSet bits = bits(region);
          assertThat(bits.intersects(taken)).as("%s, random seed %d", region, seed).isFalse();
          assertThat(bits.length()).isLessThanOrEqualTo(4096);
          taken.or(bits);
          live.add(region);
        }
      } else if (!live.isEmpty()) {
        Region region = live.remove(random.nextInt(live.size()));
        arena.retire(region);
        arena.reclaim();
        taken.andNot(bits(region));
      }
    }
    live.forEach(arena::release);
    assertThat(arena.used()).isZero();
    assertThat(arena.allocate(4096)).isEqualTo(new Region(0, 4096));
  }

  @Test
  void keepsARetiredRegionUntilItIsReclaimed() {
    RegionArena arena = new RegionArena(32, 16);
    Region first = arena.allocate(32);
    arena.retire(first);
    assertThat(arena.hasRetired()).isTrue();
    assertThat(arena.allocate(1)).isNull();
    arena.reclaim();
    assertThat(arena.allocate(1)).isEqualTo(new Region(0, 1));
  }

  @Test
  void refusesToReserveWhatIsHandedOutOrOutside() {
    RegionArena arena = new RegionArena(64, 16);
    arena.reserve(new Region(16, 20));
    assertThat(arena.used()).isEqualTo(32);
    assertThat(arena.allocate(17)).isNull();
    assertThat(arena.allocate(16)).isEqualTo(new Region(0, 16));
    assertThatThrownBy(() -> arena.reserve(new Region(32, 1))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> arena.reserve(new Region(48, 17))).isInstanceOf(IllegalStateException.class);
    arena.reserve(Region.NONE);
  }

  private static BitSet bits(Region region) {
    BitSet bits = new BitSet();
    bits.set(region.offset(), region.offset() + region.length());
    return bits;
  }
}
