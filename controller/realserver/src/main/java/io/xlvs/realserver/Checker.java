// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Compares a host with settings, thing by thing. Changes nothing. */
final class Checker {
  private static final String AGAIN = "run 'up' again";

  private final Host host;
  private final Settings settings;
  private final Findings findings = new Findings();

  private Checker(Host host, Settings settings) {
    this.host = host;
    this.settings = settings;
  }

  /**
   * @param state of the instance; empty when 'up' has not been run
   * @param pins of the instance
   */
  static Findings check(Host host, Settings settings, Optional<State> state, Path pins) {
    Checker checker = new Checker(host, settings);
    checker.state(state);
    if (settings.method().ownsVip()) {
      checker.device("lo", "run 'ip link set lo up'");
      checker.device(settings.device(), "run 'ip link set " + settings.device() + " up'");
      settings.vips().forEach(checker::vip);
      checker.arp();
    }
    if (settings.method() == Method.TUN) {
      TunnelPrograms programs = new TunnelPrograms(host, pins);
      programs.check(settings, state.map(Instance::filters).orElse(List.of()), checker.findings);
    } else if (settings.method() == Method.FULLNAT) {
      new ToaPrograms(pins).check(settings, checker.findings);
    }
    if (settings.method() != Method.DR) {
      checker.findings.counters(Programs.counts(pins));
    }
    return checker.findings;
  }

  private void state(Optional<State> state) {
    if (state.isEmpty()) {
      findings.missing("instance", "nothing was set up by 'up' in this network namespace; run it");
      return;
    }
    String what = "instance " + state.get().name() + " (" + settings.method().word() + ")";
    if (!state.get().complete()) {
      findings.wrong(what, "its 'up' was interrupted; run 'up' again, or 'down'");
    } else {
      findings.expect(what, state.get().settings().equals(settings), "is up with other settings; run 'down', then 'up'");
    }
  }

  private void device(String name, String remedy) {
    Optional<Device> device = host.device(name);
    if (device.isEmpty()) {
      findings.missing("interface " + name, "create it, or 'down' and 'up' with another --interface");
    } else {
      findings.expect("interface " + name + " is up", device.get().up(), "it is down; " + remedy);
    }
  }

  private void vip(InetAddress vip) {
    int hostLength = vip instanceof Inet6Address ? 128 : 32;
    String what = "VIP " + Literals.host(vip) + " on lo";
    boolean found = false;
    for (Assignment assignment : host.addresses()) {
      if (!assignment.address().equals(vip)) {
        continue;
      }
      String delete = "'ip address delete " + Literals.text(vip) + "/" + assignment.prefixLength() + " dev " + assignment.device() + "'";
      if (!assignment.device().equals("lo")) {
        findings.wrong("VIP " + Literals.text(vip) + " on " + assignment.device(), "answers ARP or ND there; run " + delete);
      } else {
        found = true;
        findings.expect(what, assignment.prefixLength() == hostLength, "its length claims a network; run " + delete + " and 'up'");
      }
    }
    if (!found) {
      findings.missing(what, AGAIN);
    }
  }

  private void arp() {
    if (!settings.hasIpv4Vip() || host.device(settings.device()).isEmpty()) {
      return;
    }
    int ignore = effective("arp_ignore");
    findings.expect(sysctl("arp_ignore", ignore), ArpIgnore.silences(ignore), "answers ARP for the VIP; must be 1 or 2; " + AGAIN);
    int announce = effective("arp_announce");
    findings.expect(sysctl("arp_announce", announce), announce == 2, "asks ARP with the VIP as source; must be 2; " + AGAIN);
    int rpFilter = effective("rp_filter");
    findings.expect(
        sysctl("rp_filter", rpFilter), rpFilter != 1, "drops clients whose route leads elsewhere; must be 0 or 2; " + AGAIN);
  }

  private int effective(String name) {
    return Planner.effective(host, settings.device(), name);
  }

  private String sysctl(String name, int value) {
    return name + " of " + settings.device() + " is " + value;
  }
}
