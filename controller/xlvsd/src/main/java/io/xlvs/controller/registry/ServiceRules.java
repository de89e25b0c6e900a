// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.dataplane.Feature;
import io.xlvs.controller.schedule.Schedulers;
import io.xlvs.controller.service.AddressFamily;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Timeouts;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Rules of a virtual service. Sources: ipvsadm(8), ip_vs_ctl.c (ip_vs_add_service, ip_vs_edit_service). */
final class ServiceRules {
  /** ipvsadm(8): 31 days. */
  static final int MAX_PERSISTENCE_SECONDS = 31 * 24 * 3600;
  static final Set<String> CHANGEABLE = Set.of("scheduler", "scheduler_flags", "persistence_timeout_seconds",
      "persistence_netmask", "persistence_prefix_length", "persistence_engine", "one_packet",
      "tcp_timeout_seconds", "tcp_fin_timeout_seconds", "udp_timeout_seconds");

  private ServiceRules() {}

  /** The identity that the specification names, or null and problems. */
  static ServiceKey key(ServiceSpec spec, Problems problems) {
    return spec.firewallMark() != 0 ? markKey(spec, problems) : endpointKey(spec, problems);
  }

  private static ServiceKey markKey(ServiceSpec spec, Problems problems) {
    if (!spec.address().isEmpty() || spec.port() != 0 || spec.protocol().isPresent()) {
      problems.invalid("firewall_mark", "firewall mark " + spec.firewallMark() + " and an address, port or protocol are given: a service"
          + " has either; leave out one");
      return null;
    }
    if (spec.firewallMark() < 0 || spec.firewallMark() > 0xffffffffL) {
      problems.invalid("firewall_mark", "firewall mark " + spec.firewallMark() + " is out of range: 1..4294967295 would be right");
      return null;
    }
    problems.require(Feature.FIREWALL_MARK, true, "firewall_mark");
    return new ServiceKey.FirewallMark(spec.family().orElse(AddressFamily.IPV4), spec.firewallMark());
  }

  private static ServiceKey endpointKey(ServiceSpec spec, Problems problems) {
    if (spec.family().isPresent()) {
      problems.invalid("family", "family " + spec.family().get().displayName() + " is given for a service with an address, which"
          + " has the family of its address: leave it out");
    }
    if (spec.protocol().isEmpty()) {
      problems.invalid("protocol", "the protocol is missing: TCP, UDP or SCTP would be right (or firewall_mark instead of an address)");
    }
    problems.require(Feature.SCTP, spec.protocol().equals(Optional.of(Protocol.SCTP)), "protocol");
    IpAddress address = problems.onWire("address", "virtual address", spec.address());
    boolean inRange = spec.port() >= 0 && spec.port() <= 65535;
    // Stands in for a port out of range: any but 0, which has rules of its own.
    int port = inRange ? (int) spec.port() : 1 + problems.range("port", "port", spec.port(), 0, 65535);
    return address == null || spec.protocol().isEmpty() ? null : new ServiceKey.Endpoint(spec.protocol().get(), address, port);
  }

  /** Puts the specification's fields of the mask into the draft; reports every one that cannot be. */
  static void fill(ServiceDraft draft, ServiceSpec spec, Set<String> mask, Problems problems) {
    if (wants(mask, "scheduler")) {
      draft.scheduler = scheduler(spec.scheduler(), problems);
    }
    if (wants(mask, "scheduler_flags")) {
      draft.schedulerFlags = flags(spec, draft.scheduler, problems);
    } else if (draft.scheduler != null) {
      checkKeptFlags(draft, problems);
    }
    fillPersistence(draft, spec, mask, problems);
    if (wants(mask, "one_packet")) {
      draft.onePacket = spec.onePacket();
      problems.require(Feature.ONE_PACKET, spec.onePacket(), "one_packet");
    }
    draft.timeouts = new Timeouts(
        timeout(draft, Protocol.TCP, "tcp_timeout_seconds", spec.tcpTimeoutSeconds(), draft.timeouts.tcpSeconds(), mask, problems),
        timeout(draft, Protocol.TCP, "tcp_fin_timeout_seconds", spec.tcpFinTimeoutSeconds(), draft.timeouts.tcpFinSeconds(), mask, problems),
        timeout(draft, Protocol.UDP, "udp_timeout_seconds", spec.udpTimeoutSeconds(), draft.timeouts.udpSeconds(), mask, problems));
    checkTogether(draft, problems);
  }

  private static int timeout(
      ServiceDraft draft, Protocol protocol, String field, long wanted, int current, Set<String> mask, Problems problems) {
    if (!wants(mask, field)) {
      return current;
    }
    if (wanted != 0 && draft.key instanceof ServiceKey.Endpoint endpoint && endpoint.protocol() != protocol) {
      problems.invalid(field, "time-out " + wanted + " is of " + protocol.text().toUpperCase(Locale.ROOT) + " and the service of "
          + endpoint.protocol().text().toUpperCase(Locale.ROOT) + ": leave it out");
    }
    return problems.range(field, "time-out", wanted, 0, Timeouts.MAX_SECONDS);
  }

  private static boolean wants(Set<String> mask, String field) {
    return mask.isEmpty() || mask.contains(field);
  }

  private static String scheduler(String wanted, Problems problems) {
    String name = wanted.isEmpty() ? Schedulers.DEFAULT : wanted;
    List<String> available = Schedulers.available(problems.has(Feature.LEAST_CONNECTION));
    if (available.contains(name)) {
      return name;
    }
    String remedy = "available are " + String.join(", ", available);
    if (Schedulers.KNOWN.contains(name)) {
      problems.unsupported("scheduler", "scheduler " + name + (wanted.isEmpty() ? " (the default)" : "")
          + " is not supported by this version: " + remedy);
    } else {
      problems.invalid("scheduler", "scheduler \"" + name + "\" is not known: " + remedy);
    }
    return null;
  }

  private static Set<SchedulerFlag> flags(ServiceSpec spec, String scheduler, Problems problems) {
    Set<SchedulerFlag> flags = EnumSet.noneOf(SchedulerFlag.class);
    for (String text : spec.schedulerFlags()) {
      Optional<SchedulerFlag> flag = SchedulerFlag.byText(text);
      if (flag.isEmpty()) {
        problems.invalid("scheduler_flags", "scheduler flag \"" + text + "\" is not known: sh-fallback, sh-port, mh-fallback, mh-port,"
            + " mh-minimal, ring-first, flag-1, flag-2 or flag-3 would be");
      } else if (scheduler != null && !flag.get().fits(scheduler)) {
        problems.invalid("scheduler_flags", incompatible(flag.get(), scheduler));
      } else {
        flags.add(canonical(flag.get(), scheduler));
      }
    }
    return flags;
  }

  private static void checkKeptFlags(ServiceDraft draft, Problems problems) {
    for (SchedulerFlag flag : draft.schedulerFlags) {
      if (!flag.fits(draft.scheduler)) {
        problems.invalid("scheduler", incompatible(flag, draft.scheduler) + "; change scheduler_flags together with the scheduler");
      }
    }
  }

  private static String incompatible(SchedulerFlag flag, String scheduler) {
    return "scheduler flag " + flag.text() + " does not go with scheduler " + scheduler + ": it belongs to "
        + (flag == SchedulerFlag.RING_FIRST ? "sh and mh" : flag.scheduler());
  }

  /** flag-1 of sh is sh-fallback: the same bit in IPVS, and shown by that name. */
  private static SchedulerFlag canonical(SchedulerFlag flag, String scheduler) {
    for (SchedulerFlag other : SchedulerFlag.values()) {
      if (other.bit() == flag.bit() && other.scheduler().equals(scheduler)) {
        return other;
      }
    }
    return flag;
  }

  private static void fillPersistence(ServiceDraft draft, ServiceSpec spec, Set<String> mask, Problems problems) {
    if (wants(mask, "persistence_timeout_seconds")) {
      draft.persistenceTimeoutSeconds = problems.range("persistence_timeout_seconds", "persistence time-out",
          spec.persistenceTimeoutSeconds(), 0, MAX_PERSISTENCE_SECONDS);
      problems.require(Feature.PERSISTENCE, draft.persistenceTimeoutSeconds > 0, "persistence_timeout_seconds");
    }
    boolean ipv4 = draft.key.family() == AddressFamily.IPV4;
    if (wants(mask, "persistence_netmask")) {
      if (!ipv4 && spec.persistenceNetmask() != 0) {
        problems.invalid("persistence_netmask", "a netmask is given for an IPv6 service: persistence_prefix_length would be right");
      }
      draft.persistenceNetmask = !ipv4 ? 0 : spec.persistenceNetmask() == 0 ? -1 : spec.persistenceNetmask();
    }
    if (wants(mask, "persistence_prefix_length")) {
      long length = spec.persistencePrefixLength();
      if (ipv4 && length != 0) {
        problems.invalid("persistence_prefix_length", "prefix length " + length + " is given for an IPv4 service: persistence_netmask would"
            + " be right");
      }
      int checked = problems.range("persistence_prefix_length", "prefix length", length, 0, 128);
      draft.persistencePrefixLength = ipv4 ? 0 : checked == 0 ? 128 : checked;
    }
    if (wants(mask, "persistence_engine")) {
      draft.persistenceEngine = engine(spec.persistenceEngine(), problems);
    }
  }

  private static String engine(String wanted, Problems problems) {
    if (wanted.isEmpty() || wanted.equals("sip")) {
      problems.require(Feature.PERSISTENCE_ENGINE, !wanted.isEmpty(), "persistence_engine");
    } else {
      problems.invalid("persistence_engine", "persistence engine \"" + wanted + "\" is not known: sip, or none, would be right");
    }
    return wanted;
  }

  /** Rules between fields, whichever of them has changed. */
  private static void checkTogether(ServiceDraft draft, Problems problems) {
    if (draft.key instanceof ServiceKey.Endpoint endpoint) {
      if (endpoint.port() == 0 && draft.persistenceTimeoutSeconds == 0) {
        problems.invalid("port", "port 0 (every port) is only for persistent services: give a port 1..65535, or"
            + " persistence_timeout_seconds");
      }
      if (draft.onePacket && endpoint.protocol() != Protocol.UDP) {
        problems.invalid("one_packet", "one-packet scheduling is only for UDP services, not for "
            + endpoint.protocol().text().toUpperCase(Locale.ROOT) + ": leave it out");
      }
    }
    if (draft.schedulerFlags.contains(SchedulerFlag.RING_FIRST)) {
      RingFirstRules.check(draft, problems);
    }
    if (draft.scheduler != null) {
      int most = Schedulers.byName(draft.scheduler).orElseThrow().maxServers();
      if (draft.serverCount() > most) {
        problems.invalid("scheduler", "scheduler " + draft.scheduler + " takes at most " + most + " servers, the service has "
            + draft.serverCount());
      }
    }
  }
}
