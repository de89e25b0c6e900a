// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import static io.xlvs.ctl.ipvs.Popt.Value.NONE;
import static io.xlvs.ctl.ipvs.Popt.Value.OPTIONAL;
import static io.xlvs.ctl.ipvs.Popt.Value.REQUIRED;

import java.util.List;

/** Every option word of the grammar: ipvsadm(8) 1.31, the local-address words of DPVS's ipvsadm, and lbctl's own. */
enum Word {
  ADD_SERVICE(Command.ADD_SERVICE, "A", NONE, "add-service"),
  EDIT_SERVICE(Command.EDIT_SERVICE, "E", NONE, "edit-service"),
  DELETE_SERVICE(Command.DELETE_SERVICE, "D", NONE, "delete-service"),
  CLEAR(Command.FLUSH, "C", NONE, "clear"),
  LIST(Command.LIST, "Ll", NONE, "list"),
  ZERO(Command.ZERO, "Z", NONE, "zero"),
  ADD_SERVER(Command.ADD_SERVER, "a", NONE, "add-server"),
  EDIT_SERVER(Command.EDIT_SERVER, "e", NONE, "edit-server"),
  DELETE_SERVER(Command.DELETE_SERVER, "d", NONE, "delete-server"),
  SET(Command.SET, "", NONE, "set"),
  RESTORE(Command.RESTORE, "R", NONE, "restore"),
  SAVE(Command.SAVE, "S", NONE, "save"),
  START_DAEMON(Command.START_DAEMON, "", REQUIRED, "start-daemon"),
  STOP_DAEMON(Command.STOP_DAEMON, "", REQUIRED, "stop-daemon"),
  ADD_LOCAL_ADDRESS(Command.ADD_LOCAL_ADDRESS, "P", NONE, "add-laddr"),
  DELETE_LOCAL_ADDRESS(Command.DELETE_LOCAL_ADDRESS, "Q", NONE, "del-laddr"),
  GET_LOCAL_ADDRESS(Command.GET_LOCAL_ADDRESS, "G", NONE, "get-laddr"),
  SET_MARK(Command.SET_MARK, "", REQUIRED, "set-mark"),
  HELP(null, "h", NONE, "help"),
  VERSION(null, "v", NONE, "version"),

  TCP_SERVICE(null, "t", REQUIRED, "tcp-service"),
  UDP_SERVICE(null, "u", REQUIRED, "udp-service"),
  SCTP_SERVICE(null, "", REQUIRED, "sctp-service"),
  FWMARK_SERVICE(null, "f", REQUIRED, "fwmark-service"),
  IPV6(null, "6", NONE, "ipv6"),
  SCHEDULER(null, "s", REQUIRED, "scheduler"),
  PERSISTENT(null, "p", OPTIONAL, "persistent"),
  NETMASK(null, "M", REQUIRED, "netmask"),
  OPS(null, "o", NONE, "ops"),
  PE(null, "", REQUIRED, "pe"),
  SCHED_FLAGS(null, "b", REQUIRED, "sched-flags"),
  TCP_TIMEOUT(null, "", REQUIRED, "tcp-timeout"),
  TCP_FIN_TIMEOUT(null, "", REQUIRED, "tcpfin-timeout"),
  UDP_TIMEOUT(null, "", REQUIRED, "udp-timeout"),

  REAL_SERVER(null, "r", REQUIRED, "real-server"),
  MASQUERADING(null, "m", NONE, "masquerading"),
  IPIP(null, "i", NONE, "ipip"),
  GATEWAYING(null, "g", NONE, "gatewaying"),
  // Its letter is -b, which means --sched-flags unless the command is about a real server.
  FULLNAT(null, "", NONE, "fullnat"),
  WEIGHT(null, "w", REQUIRED, "weight"),
  U_THRESHOLD(null, "x", REQUIRED, "u-threshold"),
  L_THRESHOLD(null, "y", REQUIRED, "l-threshold"),
  TUN_TYPE(null, "", REQUIRED, "tun-type"),
  TUN_PORT(null, "", REQUIRED, "tun-port"),
  TUN_NOCSUM(null, "", NONE, "tun-nocsum"),
  TUN_CSUM(null, "", NONE, "tun-csum"),
  TUN_REMCSUM(null, "", NONE, "tun-remcsum"),
  LOCAL_ADDRESS(null, "z", REQUIRED, "local-address", "laddr"),
  TO(null, "", REQUIRED, "to"),
  TCP_PORTS(null, "", REQUIRED, "tcp"),
  UDP_PORTS(null, "", REQUIRED, "udp"),
  SCTP_PORTS(null, "", REQUIRED, "sctp"),

  NUMERIC(null, "n", NONE, "numeric"),
  CONNECTION(null, "c", NONE, "connection"),
  TIMEOUT(null, "", NONE, "timeout"),
  DAEMON(null, "", NONE, "daemon"),
  STATS(null, "", NONE, "stats"),
  RATE(null, "", NONE, "rate"),
  EXACT(null, "", NONE, "exact"),
  THRESHOLDS(null, "", NONE, "thresholds"),
  PERSISTENT_CONN(null, "", NONE, "persistent-conn"),
  TUN_INFO(null, "", NONE, "tun-info"),
  NOSORT(null, "", NONE, "nosort"),
  SORT(null, "", NONE, "sort"),

  SYNCID(null, "", REQUIRED, "syncid"),
  SYNC_MAXLEN(null, "", REQUIRED, "sync-maxlen"),
  MCAST_INTERFACE(null, "", REQUIRED, "mcast-interface"),
  MCAST_GROUP(null, "", REQUIRED, "mcast-group"),
  MCAST_PORT(null, "", REQUIRED, "mcast-port"),
  MCAST_TTL(null, "", REQUIRED, "mcast-ttl"),

  DRY_RUN(null, "", NONE, "dry-run"),
  SOCKET(null, "", REQUIRED, "socket");

  private final Command command;
  private final String shortNames;
  private final Popt.Value value;
  private final List<String> longNames;

  Word(Command command, String shortNames, Popt.Value value, String... longNames) {
    this.command = command;
    this.shortNames = shortNames;
    this.value = value;
    this.longNames = List.of(longNames);
  }

  /** The command that this word is, or null if it is an option of one. */
  Command command() {
    return command;
  }

  String shortNames() {
    return shortNames;
  }

  Popt.Value value() {
    return value;
  }

  List<String> longNames() {
    return longNames;
  }

  /** How messages write it. */
  String written() {
    return shortNames.isEmpty() ? "--" + longNames.get(0) : "-" + shortNames.charAt(0);
  }
}
