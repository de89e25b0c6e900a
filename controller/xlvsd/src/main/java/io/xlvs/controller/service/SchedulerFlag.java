// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.Optional;

/** Scheduler flags: ipvsadm(8), -b on a service. Bit values are IPVS's (linux/ip_vs.h, IP_VS_SVC_F_SCHED1..3) and, beyond them, ours. */
public enum SchedulerFlag {
  SH_FALLBACK("sh-fallback", 0x08, "sh"),
  SH_PORT("sh-port", 0x10, "sh"),
  MH_FALLBACK("mh-fallback", 0x08, "mh"),
  MH_PORT("mh-port", 0x10, "mh"),
  /** Not of IPVS: a table in which a change moves no place that it need not. */
  MH_MINIMAL("mh-minimal", 0x100, "mh"),
  /** Not of IPVS: sh and mh of DR and TUN without connections. */
  RING_FIRST("ring-first", 0x200, ""),
  FLAG_1("flag-1", 0x08, ""),
  FLAG_2("flag-2", 0x10, ""),
  FLAG_3("flag-3", 0x20, "");

  private final String text;
  private final int bit;
  private final String scheduler;

  SchedulerFlag(String text, int bit, String scheduler) {
    this.text = text;
    this.bit = bit;
    this.scheduler = scheduler;
  }

  /** As ipvsadm(8) spells it. */
  public String text() {
    return text;
  }

  /** IPVS's bit; sh-port, mh-port and flag-2 are the same bit, and so on. */
  public int bit() {
    return bit;
  }

  /** The only scheduler that it belongs to; empty: none. */
  public String scheduler() {
    return scheduler;
  }

  /** Whether it goes with a scheduler. */
  public boolean fits(String name) {
    return this == RING_FIRST ? name.equals("sh") || name.equals("mh") : scheduler.isEmpty() || scheduler.equals(name);
  }

  /** The flag of this spelling. */
  public static Optional<SchedulerFlag> byText(String text) {
    for (SchedulerFlag flag : values()) {
      if (flag.text.equals(text)) {
        return Optional.of(flag);
      }
    }
    return Optional.empty();
  }
}
