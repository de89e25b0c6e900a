// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import java.util.List;

/**
 * What the kernel says about a loaded program ({@code struct bpf_prog_info}).
 *
 * @param id the kernel's id, unique while the program lives
 * @param name at most 15 characters, truncated by the kernel's interface
 * @param tag 16 hexadecimal digits: a hash of the instructions
 * @param jitedBytes size of the machine code, 0 when not compiled
 * @param xlatedBytes size of the instructions after the verifier's rewriting, 8 bytes each
 * @param verifiedInstructions how many instructions the verifier walked
 * @param runTimeNs time spent in the program, only while statistics are on ({@link Bpf#enableRunTimeStatistics()})
 * @param runCount runs, only while statistics are on
 * @param mapIds kernel ids of the maps it uses
 */
public record ProgramInfo(
    int id,
    ProgramType type,
    String name,
    String tag,
    int jitedBytes,
    int xlatedBytes,
    int verifiedInstructions,
    long runTimeNs,
    long runCount,
    List<Integer> mapIds) {
  public ProgramInfo {
    mapIds = List.copyOf(mapIds);
  }
}
