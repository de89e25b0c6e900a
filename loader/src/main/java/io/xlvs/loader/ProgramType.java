// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

/** Program types by their kernel number ({@code enum bpf_prog_type}); constants keep the kernel's order. */
public enum ProgramType {
  UNSPEC,
  SOCKET_FILTER,
  KPROBE,
  SCHED_CLS,
  SCHED_ACT,
  TRACEPOINT,
  XDP,
  PERF_EVENT,
  CGROUP_SKB,
  CGROUP_SOCK,
  LWT_IN,
  LWT_OUT,
  LWT_XMIT,
  SOCK_OPS,
  SK_SKB,
  CGROUP_DEVICE,
  SK_MSG,
  RAW_TRACEPOINT,
  CGROUP_SOCK_ADDR,
  LWT_SEG6LOCAL,
  LIRC_MODE2,
  SK_REUSEPORT,
  FLOW_DISSECTOR,
  CGROUP_SYSCTL,
  RAW_TRACEPOINT_WRITABLE,
  CGROUP_SOCKOPT,
  TRACING,
  STRUCT_OPS,
  EXT,
  LSM,
  SK_LOOKUP,
  SYSCALL,
  NETFILTER;

  private static final ProgramType[] VALUES = values();

  /** The kernel's number. */
  public int number() {
    return ordinal();
  }

  /** The type with the kernel's number; {@link IllegalArgumentException} for one unknown to this release. */
  public static ProgramType of(int number) {
    if (number < 0 || number >= VALUES.length) {
      throw new IllegalArgumentException("program type " + number + " is unknown to this loader");
    }
    return VALUES[number];
  }
}
