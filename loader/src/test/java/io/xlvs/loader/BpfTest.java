// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.loader.testing.Commands;
import io.xlvs.loader.testing.TestObjects;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BpfTest {
  /** Run in a process of its own that has no capabilities. */
  public static final class Unprivileged {
    private Unprivileged() {}

    public static void main(String[] args) {
      System.out.println(Bpf.availability());
      try (Collection collection = TestObjects.unprivileged("maps").load()) {
        System.out.println("loaded " + collection.name());
      } catch (BpfException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void isAvailableHere() {
    assertThat(Bpf.availability()).isEqualTo(new Availability(true, ""));
    assertThat(Bpf.libbpfVersion()).startsWith("1.");
  }

  @Test
  void namesTheMissingCapabilities() {
    List<String> command = new ArrayList<>(List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all"));
    command.add(System.getProperty("java.home") + "/bin/java");
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--enable-native-access"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Unprivileged.class.getName()));
    String output = Commands.run(command.toArray(String[]::new));

    String missing = "missing CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN";
    assertThat(output.lines())
        .hasSize(2)
        .satisfiesExactly(
            line -> assertThat(line).contains("available=false").contains("EPERM").contains(missing),
            line -> assertThat(line).startsWith("load collection 'maps': EPERM").contains(missing));
  }

  @Test
  void countsPossibleCpus() {
    assertThat(Bpf.countCpus("0")).isEqualTo(1);
    assertThat(Bpf.countCpus("0-3")).isEqualTo(4);
    assertThat(Bpf.countCpus("0-3,8,10-11")).isEqualTo(7);
    assertThat(Bpf.possibleCpus()).isGreaterThanOrEqualTo(Runtime.getRuntime().availableProcessors());
  }

  @Test
  void gracePeriodsEnd() {
    long startNs = System.nanoTime();
    GracePeriod.await();
    GracePeriod.awaitByMapUpdate();
    assertThat(System.nanoTime() - startNs).isLessThan(60_000_000_000L);
  }
}
