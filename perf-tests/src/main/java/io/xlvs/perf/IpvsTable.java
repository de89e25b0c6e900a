// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** What a run of {@link IpvsRun} has found, as docs/perf/ipvs.md shows it. */
final class IpvsTable {
  private final Results results;
  private final StringBuilder text = new StringBuilder();

  private IpvsTable(Results results) {
    this.results = results;
  }

  static String of(Machine host, Results results) {
    return new IpvsTable(results).write(host);
  }

  private String write(Machine host) {
    text.append("Kernel ").append(results.machine().kernel()).append(" in QEMU on ").append(host).append("; medians of ").append(IpvsRun.TURNS)
        .append(" turns, whose quartiles lie within ").append(String.format(Locale.ROOT, "%.1f %% of them.\n\n", 100 * spread()));
    text.append("| instructions a packet (own) | xlvs, native XDP | xlvs, tc | IPVS |\n|---|---:|---:|---:|\n");
    IpvsRun.FLOWS.forEach(this::costs);
    text.append("\n| IPVS, times xlvs | XDP: whole | XDP: beyond a redirect | XDP: own | tc: whole | tc: own |\n|---|---:|---:|---:|---:|---:|\n");
    IpvsRun.FLOWS.forEach(flows -> IpvsRun.MODES.forEach(mode -> ratios(mode, flows)));
    return text.toString();
  }

  private void costs(int flows) {
    row("bed alone", flows, Stream.of(IpvsRun.BED_XDP, IpvsRun.BED_TC, IpvsRun.BED_STACK).map(bed -> number(value(IpvsRun.BED_MODE, flows, bed))));
    for (Mode mode : IpvsRun.MODES) {
      row(mode.label(), flows, Stream.of(xdp(mode, flows), tc(mode, flows), ipvs(mode, flows)).map(Cost::toString));
    }
  }

  private void ratios(Mode mode, int flows) {
    Cost xdp = xdp(mode, flows);
    Cost tc = tc(mode, flows);
    Cost ipvs = ipvs(mode, flows);
    DoubleStream ratios =
        DoubleStream.of(
            ipvs.whole / xdp.whole, (ipvs.whole - xdp.bed) / xdp.own(), ipvs.own() / xdp.own(), ipvs.whole / tc.whole, ipvs.own() / tc.own());
    row(mode.label(), flows, ratios.mapToObj(ratio -> String.format(Locale.ROOT, "%.1f", ratio)));
  }

  private void row(String what, int flows, Stream<String> cells) {
    String many = flows == 1 ? "1 flow" : String.format(Locale.ROOT, "%,d flows", flows);
    text.append("| ").append(what).append(", ").append(many).append(" | ").append(cells.collect(Collectors.joining(" | "))).append(" |\n");
  }

  /**
   * Instructions a packet.
   *
   * @param whole from its making to its counting
   * @param bed what the same way takes without a balancer
   */
  private record Cost(double whole, double bed) {
    double own() {
      return whole - bed;
    }

    @Override
    public String toString() {
      return number(whole) + " (" + number(own()) + ")";
    }
  }

  private Cost xdp(Mode mode, int flows) {
    return cost(mode, flows, IpvsRun.XDP, IpvsRun.BED_XDP);
  }

  private Cost tc(Mode mode, int flows) {
    return cost(mode, flows, IpvsRun.TC, IpvsRun.BED_TC);
  }

  private Cost ipvs(Mode mode, int flows) {
    return cost(mode, flows, IpvsRun.IPVS, IpvsRun.BED_STACK);
  }

  private Cost cost(Mode mode, int flows, String contender, String bed) {
    return new Cost(value(mode, flows, contender), value(IpvsRun.BED_MODE, flows, bed));
  }

  private double value(Mode mode, int flows, String contender) {
    String name = IpvsRun.label(mode, flows, contender);
    return results.figure(IpvsRun.NAME, name).orElseThrow(() -> new IllegalStateException("no figure '" + name + "': run make bench-ipvs again")).value();
  }

  private double spread() {
    return results.parts().get(IpvsRun.NAME).stream()
        .mapToDouble(figure -> Math.max(figure.high() - figure.value(), figure.value() - figure.low()) / figure.value())
        .max()
        .orElseThrow();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }
}
