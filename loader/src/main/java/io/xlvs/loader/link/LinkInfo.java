// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.link;

/**
 * What the kernel says about a link ({@code struct bpf_link_info}).
 *
 * @param id the kernel's id, unique while the link lives
 * @param type {@code enum bpf_link_type}
 * @param programId kernel id of the attached program
 * @param ifindex the interface of an XDP link; 0 once the interface is gone, and for other types
 * @param cgroupId the cgroup of a cgroup link, 0 for other types
 */
public record LinkInfo(int id, int type, int programId, int ifindex, long cgroupId) {
  public static final int TYPE_RAW_TRACEPOINT = 1;
  public static final int TYPE_TRACING = 2;
  public static final int TYPE_CGROUP = 3;
  public static final int TYPE_XDP = 6;
}
