// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import java.util.EnumSet;
import java.util.Set;

/** What scheduler flag ring-first does not go with: whatever needs connections, and whatever would move all clients at once. */
final class RingFirstRules {
  private RingFirstRules() {}

  /** A service that has the flag. */
  static void check(ServiceDraft draft, Problems problems) {
    if (draft.key instanceof ServiceKey.FirewallMark mark) {
      problems.invalid("scheduler_flags", "scheduler flag ring-first does not go with firewall mark " + mark.mark()
          + ": leave it out, or give the service an address");
    }
    if (draft.persistenceTimeoutSeconds > 0) {
      problems.invalid("persistence_timeout_seconds", "persistence time-out " + draft.persistenceTimeoutSeconds + " does not go with"
          + " ring-first, whose clients have a place of the ring for their server anyway: leave out one of the two");
    }
    if (draft.onePacket) {
      problems.invalid("one_packet", "one-packet scheduling does not go with ring-first: leave out one of the two");
    }
    for (SchedulerFlag flag : EnumSet.of(SchedulerFlag.SH_FALLBACK, SchedulerFlag.MH_FALLBACK)) {
      if (draft.schedulerFlags.contains(flag)) {
        problems.invalid("scheduler_flags", "scheduler flag " + flag.text() + " does not go with ring-first, which gives a quiesced server's"
            + " places to others by itself: leave it out");
      }
    }
    draft.servers().forEach(server -> check(server, problems));
  }

  /** A server of such a service. */
  static void check(RealServer server, Problems problems) {
    if (server.method().mapsPorts()) {
      problems.invalid("method", "real server " + server.key() + " has method " + server.method() + ", which needs connections, and the"
          + " service scheduler flag ring-first: DR or TUN would be right");
    }
    if (server.upperThreshold() > 0) {
      problems.invalid("upper_threshold", "real server " + server.key() + " has upper threshold " + server.upperThreshold() + ", but a"
          + " service with scheduler flag ring-first counts no connections: leave it out");
    }
  }

  /** An edit: a client's place must stay its place, since nothing else tells where its flows are. */
  static void checkEdit(VirtualService before, ServiceDraft after, Problems problems) {
    if (!canBecome(before, after.scheduler, after.schedulerFlags)) {
      problems.invalid("scheduler_flags", "service " + before.key() + " cannot take or lose ring-first, nor change scheduler or flags with"
          + " it, while it has flows that only its ring knows: delete it and add it again (its flows break)");
    }
  }

  /** Whether an edit may give a service this scheduler and these flags. */
  static boolean canBecome(VirtualService before, String scheduler, Set<SchedulerFlag> flags) {
    return !before.isRingFirst() && !flags.contains(SchedulerFlag.RING_FIRST)
        || before.scheduler().equals(scheduler) && before.schedulerFlags().equals(flags);
  }
}
