// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.map;

import io.xlvs.loader.Program;
import java.util.Optional;

/**
 * A PROG_ARRAY: targets of tail calls by index. The kernel empties it when the last descriptor and pin are gone, even while
 * programs use it: keep the map open or pinned.
 */
public final class ProgArray {
  private final BpfMap<Integer, Integer> map;

  private ProgArray(BpfMap<Integer, Integer> map) {
    this.map = map;
  }

  /** A view; the owner of the map closes it. */
  public static ProgArray of(RawMap raw) {
    return new ProgArray(BpfMap.of(raw, Codecs.U32, Codecs.U32));
  }

  /** Sets or replaces a slot's program, which the slot then keeps alive. */
  public void set(int index, Program program) {
    map.update(index, program.fd());
  }

  /** Empties a slot; false when it was empty. */
  public boolean clear(int index) {
    return map.delete(index);
  }

  /** Kernel id of a slot's program; empty for an empty slot. */
  public Optional<Integer> programId(int index) {
    return map.lookup(index);
  }
}
