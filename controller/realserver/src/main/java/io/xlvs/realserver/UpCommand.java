// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Sets up. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = {
      "Sets this host up as a real server; run again it repairs what is missing.",
      "  dr       the VIP on lo, silent towards ARP on the interface",
      "  tun      the same; takes packets for the VIP out of IPIP, GRE and GUE, and lowers the MSS announced",
      "  fullnat  accept() and getpeername() give the client's address that the TCP option TOA carries"
    },
    footer = {"", "Example: xlvs-realserver up --vip 10.0.0.100 --method tun --interface eth0 --director 10.1.0.1"})
final class UpCommand implements Runnable {
  private final Host host;

  @Mixin private InstanceOptions instance;
  @Mixin private SettingsOptions options;
  @Spec private CommandSpec spec;

  UpCommand(Host host) {
    this.host = host;
  }

  @Override
  public void run() {
    Settings settings = options.parse();
    String name = instance.name(host);
    var out = spec.commandLine().getOut();
    try (StateStore store = StateStore.open(instance.runDirectory())) {
      new Instance(name, host, store, out).up(settings);
    }
    out.println("instance " + name + " (" + settings.method().word() + ") is up");
  }
}
