// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import io.xlvs.ctl.PortList;
import io.xlvs.v1.MarkRule;
import io.xlvs.v1.PortRange;
import java.util.List;

/**
 * A mark rule as a line of {@code -S}: {@code --set-mark 1 --to 10.0.0.100 --tcp 80,443}. ipvsadm has none, since iptables kept the marks;
 * without these lines the saved rules would mean nothing on another director.
 */
final class MarkLine {
  private MarkLine() {}

  static String of(MarkRule rule) {
    return "--set-mark " + Integer.toUnsignedString(rule.getFirewallMark()) + " --to " + rule.getDestination()
        + ports(" --tcp ", rule.getTcpPortsList()) + ports(" --udp ", rule.getUdpPortsList()) + ports(" --sctp ", rule.getSctpPortsList());
  }

  private static String ports(String option, List<PortRange> ranges) {
    return ranges.isEmpty() ? "" : option + PortList.text(ranges);
  }
}
