// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import io.xlvs.ctl.Failure;
import io.xlvs.ctl.PortList;
import io.xlvs.v1.ApplyRequest;
import io.xlvs.v1.CreateMarkRuleRequest;
import io.xlvs.v1.DeleteMarkRuleRequest;
import io.xlvs.v1.ListMarkRulesRequest;
import io.xlvs.v1.MarkRule;
import io.xlvs.v1.Operation;
import io.xlvs.v1.UpdateMarkRuleRequest;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lbctl mark add | set | delete}. */
final class MarkChanges {
  private static final String MARK = "A number of 1 to 4294967295.";

  private MarkChanges() {}

  /** What a rule consists of beside its mark and its addresses. */
  static final class Ports {
    @Option(names = "--tcp", paramLabel = "PORTS", description = "TCP ports: 80,443,8000-8080, or all.")
    private String tcp;

    @Option(names = "--udp", paramLabel = "PORTS", description = "UDP ports, written the same way.")
    private String udp;

    @Option(names = "--sctp", paramLabel = "PORTS",
        description = "SCTP ports, written the same way. Without --tcp, --udp and --sctp: every port of all three.")
    private String sctp;

    MarkRule.Builder rule(String mark, String destination) {
      MarkRule.Builder rule = MarkRule.newBuilder().setFirewallMark(MarkName.mark(mark)).setDestination(destination);
      if (tcp != null) {
        rule.addAllTcpPorts(PortList.parse("--tcp", tcp));
      }
      if (udp != null) {
        rule.addAllUdpPorts(PortList.parse("--udp", udp));
      }
      if (sctp != null) {
        rule.addAllSctpPorts(PortList.parse("--sctp", sctp));
      }
      return rule;
    }
  }

  @Command(name = "add", description = "Let packets to addresses and ports carry a mark.",
      footer = {"", "Examples:",
          "  lbctl mark add 1 --to 10.0.0.100 --tcp 80,443,8000-8080",
          "  lbctl mark add 1 --to 10.0.0.96/28,10.0.1.100 --tcp all --udp 53",
          "  lbctl mark add 2 --to fd00::100 --dry-run"})
  static final class Add extends Change {
    @Parameters(paramLabel = "MARK", description = MARK)
    private String mark;

    @Option(names = "--to", paramLabel = "ADDRESS", required = true, split = ",",
        description = "VIPs, or prefixes of at most 256 addresses.")
    private List<String> destinations;

    @Mixin private Ports ports;

    Add(Session session) {
      super(session);
    }

    @Override
    void run() {
      if (destinations.size() == 1) {
        CreateMarkRuleRequest request = CreateMarkRuleRequest.newBuilder()
            .setMarkRule(ports.rule(mark, destinations.get(0))).setValidateOnly(dryRun()).build();
        plan(Operation.newBuilder().setCreateMarkRule(request));
        MarkRule created = client().markRules().createMarkRule(request);
        done("add", "added", object(mark, destinations.get(0)), created);
        return;
      }
      ApplyRequest.Builder all = ApplyRequest.newBuilder().setValidateOnly(dryRun());
      destinations.forEach(destination -> all.addOperations(Operation.newBuilder()
          .setCreateMarkRule(CreateMarkRuleRequest.newBuilder().setMarkRule(ports.rule(mark, destination)))));
      plan(all.getOperationsBuilderList().toArray(Operation.Builder[]::new));
      client().director().apply(all.build());
      done("add", "added", object(mark, String.join(", ", destinations)), null);
    }
  }

  @Command(name = "set", description = "Give a rule other ports: all that it shall have.",
      footer = {"", "Example:", "  lbctl mark set 1 --to 10.0.0.100 --tcp 80,443 --udp 443"})
  static final class Set extends Change {
    @Parameters(paramLabel = "MARK", description = MARK)
    private String mark;

    @Option(names = "--to", paramLabel = "ADDRESS", required = true, description = "The rule's address or prefix.")
    private String destination;

    @Mixin private Ports ports;

    @Option(names = "--etag", description = "Only if nobody has changed it since this etag was read.", defaultValue = "")
    private String etag;

    Set(Session session) {
      super(session);
    }

    @Override
    void run() {
      UpdateMarkRuleRequest request = UpdateMarkRuleRequest.newBuilder()
          .setMarkRule(ports.rule(mark, destination).setEtag(etag)).setValidateOnly(dryRun()).build();
      plan(Operation.newBuilder().setUpdateMarkRule(request));
      MarkRule updated = client().markRules().updateMarkRule(request);
      done("change", "changed", object(mark, destination), updated);
    }
  }

  @Command(name = "delete", description = "Delete one rule of a mark, or all of them; open connections stay where they are.",
      footer = {"", "Examples:", "  lbctl mark delete 1 --to 10.0.0.100", "  lbctl mark delete 1"})
  static final class Delete extends Change {
    @Parameters(paramLabel = "MARK", description = MARK)
    private String mark;

    @Option(names = "--to", paramLabel = "ADDRESS", description = "The rule's address or prefix. Without it: every rule of the mark.")
    private String destination;

    @Option(names = "--etag", description = "With --to: only if nobody has changed the rule since this etag was read.", defaultValue = "")
    private String etag;

    Delete(Session session) {
      super(session);
    }

    @Override
    void run() {
      if (destination != null) {
        DeleteMarkRuleRequest request = DeleteMarkRuleRequest.newBuilder()
            .setName(MarkName.rule(mark, destination)).setEtag(etag).setValidateOnly(dryRun()).build();
        plan(Operation.newBuilder().setDeleteMarkRule(request));
        client().markRules().deleteMarkRule(request);
        done("delete", "deleted", object(mark, destination), null);
        return;
      }
      if (!etag.isEmpty()) {
        throw new Failure(Failure.USAGE, "--etag: `" + etag + "' is one rule's", "name the rule with --to");
      }
      List<MarkRule> rules = client().markRules()
          .listMarkRules(ListMarkRulesRequest.newBuilder().setFirewallMark(MarkName.mark(mark)).build()).getMarkRulesList();
      if (rules.isEmpty()) {
        throw new Failure(1, "mark " + mark + " has no rule", "`lbctl mark list' has those there are");
      }
      ApplyRequest.Builder all = ApplyRequest.newBuilder().setValidateOnly(dryRun());
      rules.forEach(rule -> all.addOperations(Operation.newBuilder()
          .setDeleteMarkRule(DeleteMarkRuleRequest.newBuilder().setName(rule.getName()).setEtag(rule.getEtag()))));
      plan(all.getOperationsBuilderList().toArray(Operation.Builder[]::new));
      client().director().apply(all.build());
      done("delete", "deleted", rules.size() + (rules.size() == 1 ? " rule" : " rules") + " of mark " + mark, null);
    }
  }

  private static String object(String mark, String destinations) {
    return "mark " + mark + " for packets to " + destinations;
  }
}
