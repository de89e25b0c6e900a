// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import com.google.common.net.InetAddresses;
import com.google.protobuf.FieldMask;
import io.xlvs.ctl.Failure;
import io.xlvs.v1.VirtualService;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What can be chosen and changed of a virtual service; every option left out is null. */
final class ServiceOptions {
  @Option(names = "--scheduler", paramLabel = "NAME",
      description = "rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, fo, ovf, mh or twos (default of add: wlc).")
  private String scheduler;

  @Option(names = "--scheduler-flags", paramLabel = "FLAG", split = ",",
      description = "sh-fallback, sh-port, mh-fallback, mh-port, mh-minimal, ring-first, flag-1, flag-2, flag-3; separated by commas.")
  private List<String> schedulerFlags;

  @Option(names = "--persistence", paramLabel = "SECONDS",
      description = "A client stays with its server for so long, 1 to 2678400; 0: not persistent.")
  private Integer persistence;

  @Option(names = "--netmask", paramLabel = "MASK",
      description = "How much of its address makes a client: a mask such as 255.255.255.0, or a prefix length for IPv6.")
  private String netmask;

  @Option(names = "--engine", paramLabel = "NAME", description = "Persistence engine: sip, or an empty word for none.")
  private String engine;

  @Option(names = "--one-packet", arity = "0..1", fallbackValue = "true", paramLabel = "true|false",
      description = "Schedule each datagram by itself (UDP).")
  private Boolean onePacket;

  @Option(names = "--tcp-timeout", paramLabel = "SECONDS", description = "Idle time-out of established TCP connections; 0: the director's.")
  private Integer tcpTimeout;

  @Option(names = "--tcpfin-timeout", paramLabel = "SECONDS", description = "The same after a FIN.")
  private Integer tcpFinTimeout;

  @Option(names = "--udp-timeout", paramLabel = "SECONDS", description = "The same of UDP.")
  private Integer udpTimeout;

  /** Sets what was given, and lists the fields that were. */
  FieldMask apply(VirtualService.Builder service) {
    List<String> fields = new ArrayList<>();
    if (scheduler != null) {
      service.setScheduler(scheduler);
      fields.add("scheduler");
    }
    if (schedulerFlags != null) {
      schedulerFlags.stream().filter(flag -> !flag.isEmpty()).forEach(service::addSchedulerFlags);
      fields.add("scheduler_flags");
    }
    if (persistence != null) {
      if (persistence < 0) {
        throw new Failure(Failure.USAGE, "--persistence: `" + persistence + "' is not a time",
            "give seconds, 1 to 2678400, or 0 for none");
      }
      service.setPersistenceTimeoutSeconds(persistence);
      fields.add("persistence_timeout_seconds");
    }
    if (netmask != null) {
      fields.add(netmask(service));
    }
    if (engine != null) {
      service.setPersistenceEngine(engine);
      fields.add("persistence_engine");
    }
    if (onePacket != null) {
      service.setOnePacket(onePacket);
      fields.add("one_packet");
    }
    if (tcpTimeout != null) {
      service.setTcpTimeoutSeconds(timeout("--tcp-timeout", tcpTimeout));
      fields.add("tcp_timeout_seconds");
    }
    if (tcpFinTimeout != null) {
      service.setTcpFinTimeoutSeconds(timeout("--tcpfin-timeout", tcpFinTimeout));
      fields.add("tcp_fin_timeout_seconds");
    }
    if (udpTimeout != null) {
      service.setUdpTimeoutSeconds(timeout("--udp-timeout", udpTimeout));
      fields.add("udp_timeout_seconds");
    }
    return FieldMask.newBuilder().addAllPaths(fields).build();
  }

  private static int timeout(String option, int seconds) {
    if (seconds < 0) {
      throw new Failure(Failure.USAGE, option + ": `" + seconds + "' is not a time", "give seconds, 1 to 2147483, or 0 for the director's");
    }
    return seconds;
  }

  private String netmask(VirtualService.Builder service) {
    if (netmask.matches("\\d{1,3}") && Integer.parseInt(netmask) <= 128) {
      service.setPersistencePrefixLength(Integer.parseInt(netmask));
      return "persistence_prefix_length";
    }
    if (InetAddresses.isInetAddress(netmask) && InetAddresses.forString(netmask) instanceof Inet4Address mask) {
      service.setPersistenceNetmask(InetAddresses.coerceToInteger(mask));
      return "persistence_netmask";
    }
    throw new Failure(Failure.USAGE, "--netmask: `" + netmask + "' is not a mask",
        "give a mask such as 255.255.255.0, or for IPv6 a prefix length of 1 to 128");
  }
}
