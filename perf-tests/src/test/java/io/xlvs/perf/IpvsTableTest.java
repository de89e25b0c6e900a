// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which figure is taken from which, and divided by which. */
class IpvsTableTest {
  private static final Machine HOST = new Machine("host", 2, "6.18", "2026-11-30");
  private static final Machine GUEST = new Machine("guest", 1, "6.12", "2026-11-30");
  private static final Map<String, Double> BEDS = Map.of(IpvsRun.BED_XDP, 1000.0, IpvsRun.BED_TC, 3000.0, IpvsRun.BED_STACK, 4000.0);
  private static final Map<String, Double> CONTENDERS = Map.of(IpvsRun.XDP, 1500.0, IpvsRun.TC, 3750.0, IpvsRun.IPVS, 6000.0);

  private static Results results(Map<String, Double> contenders) {
    List<Figure> figures = new ArrayList<>();
    for (int flows : IpvsRun.FLOWS) {
      BEDS.forEach((name, value) -> figures.add(figure(IpvsRun.label(IpvsRun.BED_MODE, flows, name), value)));
      for (Mode mode : IpvsRun.MODES) {
        contenders.forEach((name, value) -> figures.add(figure(IpvsRun.label(mode, flows, name), value)));
      }
    }
    return new Results(GUEST, false, Map.of(IpvsRun.NAME, figures), Map.of());
  }

  private static Figure figure(String label, double value) {
    return Figure.of(label, "instructions", new Series(new double[] {0.98 * value, value, 1.01 * value}));
  }

  @Test
  void eachIsSetAgainstItsOwnBedAndIpvsAgainstEach() {
    assertThat(IpvsTable.of(HOST, results(CONTENDERS)))
        .startsWith("Kernel 6.12 in QEMU on host, 2 CPUs, Linux 6.18, 2026-11-30; medians of 7 turns, whose quartiles lie within 1.0 % of them.\n\n|")
        .contains("| bed alone, 1 flow | 1,000 | 3,000 | 4,000 |\n")
        .contains("| DR, 1 flow | 1,500 (500) | 3,750 (750) | 6,000 (2,000) |\n")
        .contains("| NAT out, 4,096 flows | 4.0 | 10.0 | 4.0 | 1.6 | 2.7 |\n");
  }

  @Test
  void aFigureThatIsMissingIsNamed() {
    Map<String, Double> contenders = new LinkedHashMap<>(CONTENDERS);
    contenders.remove(IpvsRun.IPVS);
    assertThatIllegalStateException().isThrownBy(() -> IpvsTable.of(HOST, results(contenders))).withMessageContaining("DR v4 TCP 64 B 1 flow: IPVS");
  }

  @Test
  void theRealPageHasItsPlace() throws IOException {
    assertThat(Page.read(Path.of("../docs/perf/ipvs.md")).has(IpvsRun.NAME)).isTrue();
  }
}
