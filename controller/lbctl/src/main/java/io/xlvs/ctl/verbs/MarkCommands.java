// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.xlvs.ctl.PortList;
import io.xlvs.v1.GetVirtualServiceRequest;
import io.xlvs.v1.ListMarkRulesRequest;
import io.xlvs.v1.ListMarkRulesResponse;
import io.xlvs.v1.MarkRule;
import io.xlvs.v1.PortRange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lbctl mark}: what is read; {@link MarkChanges} has the rest. */
@Command(name = "mark", synopsisSubcommandLabel = "COMMAND",
    description = {
        "Mark rules: which packets carry which firewall mark.",
        "",
        "A service of a mark (lbctl -A -f MARK, lbctl service add fwm:MARK) receives every packet that carries it, and wins over services"
            + " with an address. The marks of iptables and nftables are set after xlvs has taken its packets: say here what"
            + " `-j MARK --set-mark' said there."},
    footer = {"", "Examples:",
        "  lbctl mark add 1 --to 10.0.0.100 --tcp 80,443,8000-8080",
        "  lbctl mark add 1 --to 10.0.0.96/28,10.0.1.100 --udp 53",
        "  lbctl mark add 2 --to fd00::100",
        "  lbctl mark list",
        "  lbctl mark delete 1 --to 10.0.0.100",
        "",
        "  instead of iptables -t mangle -A PREROUTING -d 10.0.0.100 -p tcp -m multiport --dports 80,443 -j MARK --set-mark 1:",
        "  lbctl mark add 1 --to 10.0.0.100 --tcp 80,443"})
final class MarkCommands implements Runnable {
  @Spec private CommandSpec spec;

  @Option(names = {"-h", "--help"}, usageHelp = true, description = "This text.")
  private boolean help;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  @Command(name = "list", description = "List the rules of one mark or of all.",
      footer = {"", "Examples:", "  lbctl mark list", "  lbctl mark list 1 -o json"})
  static final class ListRules extends Verb {
    @Parameters(arity = "0..1", paramLabel = "MARK", description = "A number of 1 to 4294967295.")
    private String mark;

    ListRules(Session session) {
      super(session);
    }

    @Override
    void run() {
      ListMarkRulesResponse found = client().markRules().listMarkRules(
          ListMarkRulesRequest.newBuilder().setFirewallMark(mark == null ? 0 : MarkName.mark(mark)).build());
      output().print(found, () -> table(found));
    }

    private String table(ListMarkRulesResponse found) {
      Table table = new Table(console().colours(), "MARK", "TO", "TCP", "UDP", "SCTP", "SERVICE");
      Map<String, Boolean> services = new HashMap<>();
      for (MarkRule rule : found.getMarkRulesList()) {
        String service = MarkName.service(rule);
        boolean there = services.computeIfAbsent(service, this::exists);
        table.markedRow(!there, Integer.toUnsignedString(rule.getFirewallMark()), rule.getDestination(), ports(rule.getTcpPortsList()),
            ports(rule.getUdpPortsList()), ports(rule.getSctpPortsList()), there ? ServiceName.display(service) : "none: without effect");
      }
      return table.toString();
    }

    private static String ports(List<PortRange> ranges) {
      return ranges.isEmpty() ? "-" : PortList.text(ranges);
    }

    private boolean exists(String service) {
      try {
        client().services().getVirtualService(GetVirtualServiceRequest.newBuilder().setName(service).build());
        return true;
      } catch (StatusRuntimeException failure) {
        if (failure.getStatus().getCode() == Code.NOT_FOUND) {
          return false;
        }
        throw failure;
      }
    }
  }
}
