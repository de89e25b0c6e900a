// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

/** Options by the names that ipvsadm's messages use, in the order in which ipvsadm checks them against the command. */
enum Option {
  NUMERIC("numeric"),
  CONNECTION("connection"),
  SERVICE("service-address"),
  SCHEDULER("scheduler"),
  PERSISTENT("persistent"),
  NETMASK("netmask"),
  SERVER("real-server"),
  FORWARD("forwarding-method"),
  WEIGHT("weight"),
  U_THRESHOLD("u-threshold"),
  L_THRESHOLD("l-threshold"),
  MCAST_INTERFACE("mcast-interface"),
  TIMEOUT("timeout"),
  DAEMON("daemon"),
  STATS("stats"),
  RATE("rate"),
  THRESHOLDS("thresholds"),
  PERSISTENT_CONN("persistent-conn"),
  NOSORT("nosort"),
  SYNCID("syncid"),
  EXACT("exact"),
  OPS("ops"),
  PE("pe"),
  SCHED_FLAGS("sched-flags"),
  TUN_INFO("tun-info"),
  TUN_TYPE("tun-type"),
  TUN_PORT("tun-port"),
  TUN_NOCSUM("tun-nocsum"),
  TUN_CSUM("tun-csum"),
  TUN_REMCSUM("tun-remcsum"),
  SYNC_MAXLEN("sync-maxlen"),
  MCAST_GROUP("mcast-group"),
  MCAST_PORT("mcast-port"),
  MCAST_TTL("mcast-ttl"),
  LOCAL_ADDRESS("local-address");

  private final String label;

  Option(String label) {
    this.label = label;
  }

  /** Name in messages. */
  String label() {
    return label;
  }
}
