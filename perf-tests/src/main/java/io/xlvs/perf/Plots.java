// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The pictures of a run: growth against sizes, and methods beside the floors. */
final class Plots {
  private record Words(String title, String xTitle) {}

  private static final Map<String, Words> GROWTH = Map.of(
      "services", new Words("Cost of an established packet against services", "virtual services"),
      "servers", new Words("Cost of a packet against real servers of its service (DR)", "real servers"),
      "connections", new Words("Cost of an established packet against connections that take turns", "connections"));

  private final Results results;
  private final Path directory;

  private Plots(Results results, Path directory) {
    this.results = results;
    this.directory = directory;
  }

  /** Draws those for which there are figures; returns the files' names. */
  static List<String> write(Results results, Path directory) throws IOException {
    Plots plots = new Plots(results, directory);
    List<String> files = new ArrayList<>(plots.growth());
    files.addAll(plots.methods());
    return files;
  }

  private List<String> growth() throws IOException {
    Map<String, Map<String, List<Figure>>> plots = new LinkedHashMap<>();
    results.parts().values().stream().flatMap(List::stream).filter(figure -> figure.point() != null).forEach(figure ->
        plots.computeIfAbsent(figure.point().plot(), name -> new LinkedHashMap<>())
            .computeIfAbsent(figure.point().line(), name -> new ArrayList<>()).add(figure));
    List<String> files = new ArrayList<>();
    for (Map.Entry<String, Map<String, List<Figure>>> plot : plots.entrySet()) {
      Words words = GROWTH.getOrDefault(plot.getKey(), new Words(plot.getKey(), plot.getKey()));
      List<LinePlot.Line> lines = new ArrayList<>();
      plot.getValue().forEach((name, figures) -> lines.add(new LinePlot.Line(name, false, figures.stream()
          .map(f -> new LinePlot.Point(f.point().x(), f.value(), f.low(), f.high())).toList())));
      plot.getValue().forEach((name, figures) -> floor(name, figures).ifPresent(lines::add));
      String unit = plot.getValue().values().iterator().next().get(0).unit();
      files.add(write(plot.getKey(), new LinePlot(
          words.title, words.xTitle, unit + " a packet, median and quartiles", results.machine().toString(), lines).draw()));
    }
    return files;
  }

  private static Optional<LinePlot.Line> floor(String name, List<Figure> figures) {
    List<LinePlot.Point> points = new ArrayList<>();
    for (Figure figure : figures) {
      figure.comparisons().stream().filter(c -> Floors.isB(c.with())).findFirst().ifPresent(
          c -> points.add(new LinePlot.Point(figure.point().x(), c.reference(), c.low(), c.high())));
    }
    return points.isEmpty() ? Optional.empty() : Optional.of(new LinePlot.Line("floor B, " + name, true, points));
  }

  private List<String> methods() throws IOException {
    List<BarPlot.Panel> panels = new ArrayList<>();
    for (Scenario.Situation situation : List.of(Scenario.Situation.HIT, Scenario.Situation.MILLION)) {
      List<BarPlot.Group> groups = new ArrayList<>();
      for (Mode mode : Mode.values()) {
        Optional<Figure> v4 = figure(mode, io.xlvs.bpf.Family.IPV4, situation);
        Optional<Figure> v6 = figure(mode, io.xlvs.bpf.Family.IPV6, situation);
        if (v4.isPresent()) {
          double ipv6 = v6.map(Figure::value).orElse(Double.NaN);
          groups.add(new BarPlot.Group(mode.label(), new double[] {v4.get().value(), ipv6, beside(v4.get(), true), beside(v4.get(), false)}));
        }
      }
      if (!groups.isEmpty()) {
        String title = situation == Scenario.Situation.HIT ? "one established flow, ns a packet" : "a million flows in turn, ns a packet";
        panels.add(new BarPlot.Panel(title, groups));
      }
    }
    if (panels.isEmpty()) {
      return List.of();
    }
    List<String> series = List.of("xlvs, IPv4", "xlvs, IPv6", "floor B, IPv4", "floor A, IPv4");
    return List.of(write("methods", new BarPlot(
        "Established TCP packets by method, beside the floors", results.machine().toString(), series, panels).draw()));
  }

  private Optional<Figure> figure(Mode mode, io.xlvs.bpf.Family family, Scenario.Situation situation) {
    return results.figure("packets", new Scenario(mode, family, Transport.TCP, situation).label());
  }

  private static double beside(Figure figure, boolean floorB) {
    return figure.comparisons().stream().filter(c -> floorB ? Floors.isB(c.with()) : Floors.isA(c.with()))
        .mapToDouble(Figure.Comparison::reference).findFirst().orElse(Double.NaN);
  }

  private String write(String name, Svg svg) throws IOException {
    svg.write(directory.resolve(name + ".svg"));
    return name + ".svg";
  }
}
