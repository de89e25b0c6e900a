// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

/** Options by the names that ipvsadm's messages use, in the order in which ipvsadm checks them against the command. */
enum Option {
  NUMERIC("numeric", "-n"),
  CONNECTION("connection", "-c"),
  SERVICE("service-address", "-t, -u or -f"),
  SCHEDULER("scheduler", "-s"),
  PERSISTENT("persistent", "-p"),
  NETMASK("netmask", "-M"),
  SERVER("real-server", "-r"),
  FORWARD("forwarding-method", "-m, -g, -i or -b"),
  WEIGHT("weight", "-w"),
  U_THRESHOLD("u-threshold", "-x"),
  L_THRESHOLD("l-threshold", "-y"),
  MCAST_INTERFACE("mcast-interface", "--mcast-interface"),
  TIMEOUT("timeout", "--timeout"),
  DAEMON("daemon", "--daemon"),
  STATS("stats", "--stats"),
  RATE("rate", "--rate"),
  THRESHOLDS("thresholds", "--thresholds"),
  PERSISTENT_CONN("persistent-conn", "--persistent-conn"),
  NOSORT("nosort", "--nosort"),
  SYNCID("syncid", "--syncid"),
  EXACT("exact", "--exact"),
  OPS("ops", "-o"),
  PE("pe", "--pe"),
  SCHED_FLAGS("sched-flags", "-b"),
  TUN_INFO("tun-info", "--tun-info"),
  TUN_TYPE("tun-type", "--tun-type"),
  TUN_PORT("tun-port", "--tun-port"),
  TUN_NOCSUM("tun-nocsum", "--tun-nocsum"),
  TUN_CSUM("tun-csum", "--tun-csum"),
  TUN_REMCSUM("tun-remcsum", "--tun-remcsum"),
  SYNC_MAXLEN("sync-maxlen", "--sync-maxlen"),
  MCAST_GROUP("mcast-group", "--mcast-group"),
  MCAST_PORT("mcast-port", "--mcast-port"),
  MCAST_TTL("mcast-ttl", "--mcast-ttl"),
  LOCAL_ADDRESS("local-address", "-z"),
  TO("destination", "--to"),
  TCP_PORTS("tcp-ports", "--tcp"),
  UDP_PORTS("udp-ports", "--udp"),
  SCTP_PORTS("sctp-ports", "--sctp"),
  DRY_RUN("dry-run", "--dry-run"),
  TCP_TIMEOUT("tcp-timeout", "--tcp-timeout"),
  TCP_FIN_TIMEOUT("tcpfin-timeout", "--tcpfin-timeout"),
  UDP_TIMEOUT("udp-timeout", "--udp-timeout");

  private final String label;
  private final String written;

  Option(String label, String written) {
    this.label = label;
    this.written = written;
  }

  /** Name in messages. */
  String label() {
    return label;
  }

  /** How it is written on a command line. */
  String written() {
    return written;
  }
}
