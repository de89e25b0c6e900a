// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Undoes. */
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description = "Restores what 'up' changed, also after an interrupted 'up'. Does nothing when nothing is up.",
    footer = {"", "Example: xlvs-realserver down"})
final class DownCommand implements Runnable {
  private final Host host;

  @Mixin private InstanceOptions instance;
  @Spec private CommandSpec spec;

  DownCommand(Host host) {
    this.host = host;
  }

  @Override
  public void run() {
    String name = instance.name(host);
    var out = spec.commandLine().getOut();
    try (StateStore store = StateStore.open(instance.runDirectory())) {
      boolean wasUp = new Instance(name, host, store, out).down();
      out.println("instance " + name + (wasUp ? " is down" : " was not up"));
    }
  }
}
