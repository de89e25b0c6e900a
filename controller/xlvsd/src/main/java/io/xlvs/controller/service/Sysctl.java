// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.Arrays;
import java.util.Optional;

/**
 * The variables of net.ipv4.vs (the kernel's ipvs-sysctl.rst), by name. Some can be set and do what they do in IPVS; the others have the
 * value that tells what xlvs does anyway, and setting another one is refused with the reason.
 */
public enum Sysctl {
  AM_DROPRATE("10", Text.NO_DROPPING),
  AMEMTHRESH("1024", "no shortage of memory switches a defence on: tables have fixed sizes, which lbctl status shows"),
  BACKUP_ONLY("0", Text.NO_SYNC),
  CACHE_BYPASS("0", "a client without a server is refused, never sent on to where it wanted: give the service a server of last resort"
      + " (scheduler fo, the lowest weight)"),
  CONN_REUSE_MODE(1, 3, "whether a SYN begins a new connection where one ended: 1: in TIME_WAIT or CLOSE, 2 and 3: also in FIN_WAIT by"
      + " DR and TUN, 0: never"),
  CONNTRACK("0", "packets are taken before netfilter sees them: filter in front of the director, or on the real servers"),
  DEBUG_LEVEL("0", "xlvsd's --log-level says how much is logged, lbctl status what became of packets"),
  DROP_ENTRY("0", Text.NO_DROPPING),
  DROP_PACKET("0", Text.NO_DROPPING),
  EST_CPULIST("all", Text.RATES),
  EST_NICE("0", Text.RATES),
  EXPIRE_NODEST_CONN(0, 1, "1: a connection ends with its server, 0: it falls silent, and resumes if the server returns"),
  EXPIRE_QUIESCENT_TEMPLATE(0, 1, "1: a server of weight 0 loses its persistent clients, 0: it keeps them"),
  IGNORE_TUNNELED("1", "tunnel packets to the director pass untouched, and what its stack unpacks is not balanced again, unless the tunnel's"
      + " device is among --interface"),
  LBLC_EXPIRATION(86400, Timeouts.MAX_SECONDS, "seconds after which lblc forgets a destination that nobody asked for"),
  LBLCR_EXPIRATION(86400, Timeouts.MAX_SECONDS, "the same for lblcr; after as many without growth a set loses its most loaded server"),
  NAT_ICMP_SEND(0, 1, "1: a NAT server whose packet belongs to no connection gets ICMP port unreachable"),
  PMTU_DISC("1", "packets too big for the way out are answered, never fragmented: give the tunnel's route a larger MTU"),
  RUN_ESTIMATION("1", Text.RATES),
  SCHEDULE_ICMP("0", "an ICMP error about an unknown connection opens none: have the router in front hash errors by the packet that they"
      + " quote, as Linux does with fib_multipath_hash_policy 0"),
  SECURE_TCP("0", "there is no second table of time-outs for floods: a handshake must prove itself before it gets a place that lasts, and"
      + " lbctl --set changes time-outs"),
  SLOPPY_SCTP(0, 1, "1: a packet from the middle of an unknown SCTP association opens it, unless it aborts it"),
  SLOPPY_TCP(0, 1, "1: a segment from the middle of an unknown connection opens it, for directors that take over from others"),
  SNAT_REROUTE("1", "the way to a client is asked of the routing table for the VIP's sake, once for a connection"),
  SYNC_PERSIST_MODE("0", Text.NO_SYNC),
  SYNC_PORTS("1", Text.NO_SYNC),
  SYNC_QLEN_MAX("0", Text.NO_SYNC),
  SYNC_REFRESH_PERIOD("0", Text.NO_SYNC),
  SYNC_RETRIES("0", Text.NO_SYNC),
  SYNC_SOCK_SIZE("0", Text.NO_SYNC),
  SYNC_THRESHOLD("3\t50", Text.NO_SYNC),
  SYNC_VERSION("1", Text.NO_SYNC);

  private static final class Text {
    private static final String NO_DROPPING = "nothing is dropped at random: half-open connections have a table of their own, in which a flood"
        + " displaces only its like, and established ones are never dropped";
    private static final String NO_SYNC = "there is no sync daemon: give the directors the same rules and schedule by mh, by which each picks"
        + " the same server, with sloppy_tcp=1";
    private static final String RATES = "xlvsd takes rates, beside the packets' way: start it with nice or taskset";
  }

  private static final Sysctl[] VALUES = values();

  private final String name = name().toLowerCase(java.util.Locale.ROOT);
  private final String defaultValue;
  private final int most;
  private final String description;

  /** One that can be set, from 0 on. */
  Sysctl(int defaultValue, int most, String description) {
    this.defaultValue = Integer.toString(defaultValue);
    this.most = most;
    this.description = description;
  }

  /** One that cannot. */
  Sysctl(String value, String why) {
    this.defaultValue = value;
    this.most = -1;
    this.description = why;
  }

  /** The variable of this name, without net.ipv4.vs. */
  public static Optional<Sysctl> byName(String name) {
    return Arrays.stream(VALUES).filter(sysctl -> sysctl.name.equals(name)).findFirst();
  }

  /** Its name without net.ipv4.vs, such as "sloppy_tcp". */
  public String text() {
    return name;
  }

  /** Its value unless it is set, as sysctl(8) prints it. */
  public String defaultValue() {
    return defaultValue;
  }

  /** Whether it has this one value only. */
  public boolean isFixed() {
    return most < 0;
  }

  /** What it does; of a fixed one why it is fixed and what to do instead. */
  public String description() {
    return description;
  }

  /**
   * The value as it is kept: without blanks around, and numbers in their shortest form.
   *
   * @throws IllegalArgumentException saying why it cannot have this value
   */
  public String check(String wanted) {
    if (isFixed()) {
      if (!String.join("\t", wanted.trim().split("\\s+")).equals(defaultValue)) {
        throw new IllegalArgumentException(name + " is always " + defaultValue.replace('\t', ' ') + " in xlvs: " + description);
      }
      return defaultValue;
    }
    if (!wanted.trim().matches("\\d{1,10}") || Long.parseLong(wanted.trim()) > most) {
      throw new IllegalArgumentException(name + " cannot be \"" + wanted + "\": 0.." + most + " would be right");
    }
    return Long.toString(Long.parseLong(wanted.trim()));
  }
}
