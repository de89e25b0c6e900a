// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchPublishTest {
  private static final Machine MACHINE = new Machine("AMD EPYC", 2, "6.18.1", "2026-11-30");
  private static final Path REPOSITORY = Path.of("..");

  @TempDir Path root;

  @BeforeEach
  void pages() throws IOException {
    Files.createDirectories(root.resolve("docs/perf"));
    Files.writeString(root.resolve("README.md"), "Before.\n<!-- bench:headline -->\nold\n<!-- /bench:headline -->\nAfter.\n");
    Files.writeString(
        root.resolve("docs/perf/README.md"),
        "Prose.\n<!-- bench:packets -->\nold\n<!-- /bench:packets -->\nMore.\n<!-- bench:growth -->\nold growth\n<!-- /bench:growth -->\n");
  }

  private static Figure figure(String name, double value) {
    return Figure.of(name, "ns", new Series(new double[] {value - 0.4, value, value + 0.4}));
  }

  private static Figure besideFloors(String name, double value, double a, double b) {
    return figure(name, value)
        .beside("floor A", new Series(new double[] {a}), Bar.ratioAtMost(0.55))
        .beside("floor B", new Series(new double[] {b}), Bar.ratioAtMost(1.5));
  }

  private static Results packets(Figure... figures) {
    return new Results(MACHINE, false, Map.of("packets", List.of(figures)), Map.of("packets", 60.5));
  }

  private String page() throws IOException {
    return Files.readString(root.resolve("docs/perf/README.md"));
  }

  @Test
  void tablesTakeTheirPlacesAndProseStays() throws IOException {
    BenchPublish.publish(packets(besideFloors("DR v4 TCP hit", 22, 44, 16)), root);
    assertThat(page())
        .startsWith("Prose.\n<!-- bench:packets -->\nAMD EPYC, 2 CPUs, Linux 6.18.1, 2026-11-30\n\n|")
        .contains("| DR v4 TCP hit | 22.0 ns | 21.8 - 22.2 | floor A 44.0: 0.50 (max 0.55); floor B 16.0: 1.38 (max 1.5) | holds |\n<!-- /bench:packets -->\nMore.")
        .contains("old growth");
  }

  @Test
  void theHeadlineSetsMethodsBesideTheFloors() throws IOException {
    BenchPublish.publish(
        packets(besideFloors("DR v4 TCP hit", 22, 44, 16), figure("DR v6 TCP hit", 25),
            besideFloors("DR v4 TCP hit, 1M flows", 150, 300, 120), figure("v4 TCP not ours", 5)),
        root);
    assertThat(Files.readString(root.resolve("README.md")))
        .startsWith("Before.\n<!-- bench:headline -->\nAMD EPYC")
        .contains("| DR | 22 / 25 (1.38, 0.50) | 150 (1.25, 0.50) |  |  |  |\n")
        .contains("| not ours | 5.0 |")
        .endsWith("<!-- /bench:headline -->\nAfter.\n");
  }

  @Test
  void theHeadlineTakesWhatOtherPartsHave() {
    Series reference = new Series(new double[] {10});
    Map<String, List<Figure>> parts = Map.of(
        "packets", List.of(figure("NAT in v4 TCP hit", 30)),
        "connections", List.of(figure("NAT v4 new connection", 900).beside("floor D", new Series(new double[] {600}), Bar.ratioAtMost(1.5))),
        "live", List.of(figure("NAT in v4 TCP 64 B 1 flow", 7.5).beside("bare XDP redirect", reference, Bar.NONE)),
        "programs", List.of(
            figure("NAT requests", 25).beside("HAProxy, TCP mode", reference, Bar.ratioAtLeast(2)),
            figure("DR requests", 30).beside("HAProxy, TCP mode", reference, Bar.NONE)));
    assertThat(Headline.of(new Results(MACHINE, false, parts, Map.of())))
        .contains("| NAT in | 30 |  | 900 (1.50) | 7.5 (0.75) |  |\n")
        .contains("- NAT requests: 25.0 ns; HAProxy, TCP mode: 10.0; ratio 2.50\n")
        .doesNotContain("DR requests");
  }

  @Test
  void publishingTwiceChangesNothing() throws IOException {
    Results results = packets(besideFloors("DR v4 TCP hit", 22, 44, 16));
    BenchPublish.publish(results, root);
    String first = page();
    BenchPublish.publish(results, root);
    assertThat(page()).isEqualTo(first);
  }

  @Test
  void figuresAreStoredAndPicturesDrawn() throws IOException {
    Map<String, List<Figure>> parts = new LinkedHashMap<>();
    parts.put("packets", List.of(besideFloors("DR v4 TCP hit", 22, 44, 16)));
    parts.put("growth", List.of(
        figure("DR hit, 1 service", 22).at("services", "DR", 1), figure("DR hit, 10 services", 23).at("services", "DR & co", 10)));
    BenchPublish.publish(new Results(MACHINE, false, parts, Map.of()), root);
    assertThat(Results.read(root.resolve("docs/perf/amd-epyc.json")).parts()).isEqualTo(parts);
    assertThat(Files.readString(root.resolve("docs/perf/services.svg"))).contains("DR &amp; co", "AMD EPYC, 2 CPUs", "virtual services").endsWith("</svg>\n");
    assertThat(Files.readString(root.resolve("docs/perf/methods.svg"))).contains("floor B, IPv4", ">22<", ">16<", ">44<");
  }

  @Test
  void aRunOfSomePartsKeepsTheOthers() throws IOException {
    BenchPublish.publish(packets(figure("DR v4 TCP hit", 22)), root);
    BenchPublish.publish(new Results(MACHINE, false, Map.of("growth", List.of(figure("DR hit, 1 service", 22))), Map.of("growth", 7.0)), root);
    assertThat(Results.read(root.resolve("docs/perf/amd-epyc.json")).parts()).containsOnlyKeys("packets", "growth");
    assertThat(Results.read(root.resolve("docs/perf/amd-epyc.json")).seconds()).containsOnly(Map.entry("packets", 60.5), Map.entry("growth", 7.0));
    assertThat(page()).contains("| DR v4 TCP hit | 22.0 ns", "| DR hit, 1 service | 22.0 ns");
  }

  @Test
  void aPartWithoutAPlaceIsRefusedWithTheRemedyAndNothingIsWritten() {
    Results results = new Results(MACHINE, false, Map.of("live", List.of(figure("one flow", 1))), Map.of());
    assertThatThrownBy(() -> BenchPublish.publish(results, root)).hasMessageContaining("no place for 'live'").hasMessageContaining("<!-- bench:live -->");
    assertThat(root.resolve("docs/perf/amd-epyc.json")).doesNotExist();
  }

  @Test
  void everyPartHasItsPlaceInTheRealPages() throws IOException {
    Page page = Page.read(REPOSITORY.resolve("docs/perf/README.md"));
    assertThat(Bench.PARTS).allSatisfy(part -> assertThat(page.has(part.name())).as(part.name()).isTrue());
    assertThat(Page.read(REPOSITORY.resolve("README.md")).has("headline")).isTrue();
  }

  @Test
  void labelsOfLinesDoNotOverlap() {
    assertThat(LinePlot.spread(new double[] {10, 11, 12, 100}, 16, 110)).containsExactly(10, 26, 42, 100);
    assertThat(LinePlot.spread(new double[] {100, 104, 108}, 16, 110)).containsExactly(78, 94, 110);
  }

  @Test
  void axesHoldWhatIsDrawn() {
    assertThat(LinePlot.Axis.linear(38).ticks()).startsWith(0.0, 5.0, 10.0).endsWith(35.0, 40.0);
    assertThat(LinePlot.Axis.logarithmic(32, 4600).ticks()).startsWith(20.0, 50.0).endsWith(2000.0, 5000.0);
    assertThat(LinePlot.Axis.decades(1 << 23).ticks()).endsWith(1e6, (double) (1 << 23));
    assertThat(LinePlot.Axis.decades(1 << 20).ticks()).endsWith(1e5, 1e6);
  }
}
