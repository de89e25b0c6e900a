// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import static io.xlvs.ctl.ipvs.Option.*;

import io.xlvs.ctl.Failure;
import java.util.EnumSet;
import java.util.Set;

/** The commands, each with the options that it needs, takes, and takes only one of. */
enum Command {
  ADD_SERVICE("add-service", EnumSet.of(SERVICE), serviceOptions(), none()),
  EDIT_SERVICE("edit-service", EnumSet.of(SERVICE), serviceOptions(), none()),
  DELETE_SERVICE("delete-service", EnumSet.of(SERVICE), EnumSet.of(DRY_RUN), none()),
  FLUSH("flush", none(), EnumSet.of(DRY_RUN), none()),
  LIST(
      "list",
      none(),
      EnumSet.of(NUMERIC, STATS, RATE, THRESHOLDS, PERSISTENT_CONN, NOSORT, EXACT, TUN_INFO),
      EnumSet.of(CONNECTION, SERVICE, TIMEOUT, DAEMON)),
  ADD_SERVER("add-server", EnumSet.of(SERVICE, SERVER), serverOptions(), none()),
  DELETE_SERVER("delete-server", EnumSet.of(SERVICE, SERVER), EnumSet.of(DRY_RUN), none()),
  EDIT_SERVER("edit-server", EnumSet.of(SERVICE, SERVER), serverOptions(), none()),
  SET("set", none(), EnumSet.of(DRY_RUN), none()),
  START_DAEMON(
      "start-daemon",
      none(),
      EnumSet.of(MCAST_INTERFACE, SYNCID, SYNC_MAXLEN, MCAST_GROUP, MCAST_PORT, MCAST_TTL),
      none()),
  STOP_DAEMON("stop-daemon", none(), EnumSet.of(SYNCID), none()),
  RESTORE("restore", none(), EnumSet.of(DRY_RUN), none()),
  SAVE("save", none(), EnumSet.of(NUMERIC), none()),
  ZERO("zero", none(), EnumSet.of(SERVICE), none()),
  ADD_LOCAL_ADDRESS("add-laddr", EnumSet.of(SERVICE, LOCAL_ADDRESS), EnumSet.of(DRY_RUN), none()),
  DELETE_LOCAL_ADDRESS("del-laddr", EnumSet.of(SERVICE, LOCAL_ADDRESS), EnumSet.of(DRY_RUN), none()),
  GET_LOCAL_ADDRESS("get-laddr", none(), EnumSet.of(SERVICE, NUMERIC), none()),
  SET_MARK("set-mark", EnumSet.of(TO), EnumSet.of(TCP_PORTS, UDP_PORTS, SCTP_PORTS, DRY_RUN), none());

  private final String label;
  private final Set<Option> required;
  private final Set<Option> permitted;
  private final Set<Option> exclusive;

  Command(String label, Set<Option> required, Set<Option> permitted, Set<Option> exclusive) {
    this.label = label;
    this.required = required;
    this.permitted = permitted;
    this.exclusive = exclusive;
  }

  private static Set<Option> none() {
    return EnumSet.noneOf(Option.class);
  }

  private static Set<Option> serviceOptions() {
    return EnumSet.of(
        SCHEDULER, PERSISTENT, NETMASK, OPS, PE, SCHED_FLAGS, TCP_TIMEOUT, TCP_FIN_TIMEOUT, UDP_TIMEOUT, DRY_RUN);
  }

  private static Set<Option> serverOptions() {
    return EnumSet.of(
        FORWARD, WEIGHT, U_THRESHOLD, L_THRESHOLD, TUN_TYPE, TUN_PORT, TUN_NOCSUM, TUN_CSUM, TUN_REMCSUM, DRY_RUN);
  }

  /** Name in messages. */
  String label() {
    return label;
  }

  /** Refuses a missing, a foreign and a second exclusive option, in ipvsadm's order and words. */
  void check(Set<Option> given) {
    Option first = null;
    for (Option option : Option.values()) {
      if (!given.contains(option)) {
        if (required.contains(option)) {
          throw usage("You need to supply the '" + option.label() + "' option for the '" + label + "' command",
              "add " + option.written());
        }
      } else if (exclusive.contains(option)) {
        if (first != null) {
          throw usage(
              "The option '" + option.label() + "' conflicts with the '" + first.label() + "' option in the '" + label
                  + "' command", "give one of them");
        }
        first = option;
      } else if (!required.contains(option) && !permitted.contains(option)) {
        throw usage("Illegal '" + option.label() + "' option with the '" + label + "' command",
            "leave out " + option.written());
      }
    }
  }

  private static Failure usage(String text, String remedy) {
    return new Failure(Failure.USAGE, text, remedy);
  }
}
