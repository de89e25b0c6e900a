// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** Sets of flag constants as the words the maps hold. */
public final class Flags {
  private Flags() {}

  /** The word with exactly these flags. */
  public static int of(AbiConstant... flags) {
    int word = 0;
    for (AbiConstant flag : flags) {
      word |= flag.value();
    }
    return word;
  }

  /** Whether {@code flag} is set in {@code word}. */
  public static boolean has(int word, AbiConstant flag) {
    return (word & flag.value()) != 0;
  }
}
