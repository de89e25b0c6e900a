// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Compares. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Says line by line what is right (ok), MISSING or WRONG, with the remedy; changes nothing. Exit status 0 if all is right, else 1.",
      "Without options it checks what 'up' was asked for, with options what they say."
    },
    footer = {"", "Example: xlvs-realserver check"})
final class CheckCommand implements Callable<Integer> {
  private final Host host;

  @Mixin private InstanceOptions instance;
  @Mixin private SettingsOptions options;
  @Spec private CommandSpec spec;

  CheckCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    String name = instance.name(host);
    Optional<Settings> asked = options.given() ? Optional.of(options.parse()) : Optional.empty();
    try (StateStore store = StateStore.open(instance.runDirectory())) {
      Optional<State> state = store.load(name).filter(found -> found.networkNamespace() == host.networkNamespace());
      Findings findings =
          asked.or(() -> state.map(State::settings))
              .map(settings -> Checker.check(host, settings, state, new BpfMount(instance.runDirectory()).pins(name)))
              .orElseGet(() -> nothingUp(name));
      findings.all().forEach(finding -> spec.commandLine().getOut().println(finding));
      return findings.allRight() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  private static Findings nothingUp(String name) {
    Findings findings = new Findings();
    findings.missing("instance " + name, "run 'xlvs-realserver up' first, or say with options what to check");
    return findings;
  }
}
