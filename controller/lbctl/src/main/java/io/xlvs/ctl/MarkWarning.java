// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import io.xlvs.v1.AddressFamily;
import io.xlvs.v1.ListMarkRulesRequest;
import io.xlvs.v1.VirtualService;
import java.util.Optional;

/** Marks of iptables do not reach xlvs by themselves: whoever expects them to is told when he adds a service of a mark that no rule gives. */
public final class MarkWarning {
  private MarkWarning() {}

  /** A line for standard error, if a service is of a mark that no packet carries. */
  public static Optional<String> of(VirtualService service, DirectorClient client) {
    if (service.getFirewallMark() == 0) {
      return Optional.empty();
    }
    boolean ipv6 = service.getFamily() == AddressFamily.ADDRESS_FAMILY_IPV6;
    boolean marked = client.markRules()
        .listMarkRules(ListMarkRulesRequest.newBuilder().setFirewallMark(service.getFirewallMark()).build())
        .getMarkRulesList().stream()
        .anyMatch(rule -> rule.getDestination().contains(":") == ipv6);
    String mark = Integer.toUnsignedString(service.getFirewallMark());
    return marked ? Optional.empty() : Optional.of("Warning: no packet carries mark " + mark + " yet: say which do with `lbctl mark"
        + " add " + mark + " --to VIP --tcp PORTS', or lead those that iptables or nftables marks into xlvs by a veth (docs/lbctl.md)");
  }
}
