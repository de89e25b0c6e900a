// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.dataplane.Feature;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.MarkRule;
import io.xlvs.controller.service.MarkRuleKey;
import io.xlvs.controller.service.PortRange;
import io.xlvs.controller.service.Prefix;
import java.util.ArrayList;
import java.util.List;

/** Rules of a mark rule. Its bounds keep it a matter of the service table: each address with each port has an entry there. */
final class MarkRuleRules {
  /** 256 addresses. */
  static final int MAX_HOST_BITS = 8;

  /** Room for the passive ports of an FTP server; a range beyond is as good as every port. */
  static final int MAX_ENTRIES = 65536;

  private MarkRuleRules() {}

  /** The rule, or null and problems. */
  static MarkRule rule(MarkRuleSpec spec, long revision, Problems problems) {
    problems.require(Feature.FIREWALL_MARK, true, "firewall_mark");
    if (spec.mark() < 1 || spec.mark() > 0xffffffffL) {
      problems.invalid("firewall_mark", "firewall mark " + spec.mark() + " is out of range: 1..4294967295 would be right");
    }
    Prefix destination = destination(spec.destination(), problems);
    List<PortRange> tcp = ports("tcp_ports", spec.tcpPorts(), problems);
    List<PortRange> udp = ports("udp_ports", spec.udpPorts(), problems);
    List<PortRange> sctp = ports("sctp_ports", spec.sctpPorts(), problems);
    if (!problems.none()) {
      return null;
    }
    boolean everything = tcp.isEmpty() && udp.isEmpty() && sctp.isEmpty();
    List<PortRange> all = List.of(PortRange.ALL);
    MarkRule rule = new MarkRule(new MarkRuleKey(spec.mark(), destination), everything ? all : tcp, everything ? all : udp,
        everything ? all : sctp, revision);
    if (rule.entries() > MAX_ENTRIES) {
      problems.invalid("destination", "mark rule " + rule.key() + " has " + rule.entries() + " pairs of address and port: at most "
          + MAX_ENTRIES + " would be right; give fewer ports, every port (1-65535, which counts once) or a longer prefix");
      return null;
    }
    return rule;
  }

  private static Prefix destination(String text, Problems problems) {
    Prefix prefix;
    try {
      prefix = Prefix.parse(text);
    } catch (IllegalArgumentException e) {
      problems.invalid("destination", e.getMessage());
      return null;
    }
    if (prefix.hostBits() > MAX_HOST_BITS) {
      int shortest = prefix.address().family().addressBits() - MAX_HOST_BITS;
      problems.invalid("destination", "destination " + prefix + " has more than 256 addresses: a prefix length of " + shortest
          + " or more would be right; give the VIPs one by one");
      return null;
    }
    IpAddress unicast = problems.unicast("destination", "destination", prefix.address().toString());
    return unicast == null ? null : prefix;
  }

  private static List<PortRange> ports(String field, List<MarkRuleSpec.Ports> wanted, Problems problems) {
    List<PortRange> ranges = new ArrayList<>(wanted.size());
    for (MarkRuleSpec.Ports ports : wanted) {
      long last = ports.last() == 0 ? ports.first() : ports.last();
      if (ports.first() < 1 || last > 65535 || ports.first() > last) {
        problems.invalid(field, "ports " + ports.first() + (last == ports.first() ? "" : "-" + last)
            + " are no range: a port or FIRST-LAST within 1..65535 would be right (1-65535: every port)");
      } else {
        ranges.add(new PortRange((int) ports.first(), (int) last));
      }
    }
    return PortRange.merged(ranges);
  }
}
