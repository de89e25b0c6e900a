// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.nio.file.Path;

/** {@code make bench-ipvs}: measures under a kernel that has ip_vs, then fills in the page on the machine that emulates it. Needs root. */
public final class IpvsBench {
  private static final Path RESULTS = Path.of("target/ipvs");
  private static final Path PAGE = Path.of("docs/perf/ipvs.md");

  private IpvsBench() {}

  /** {@code measure | page}, at the root of the source tree. */
  public static void main(String[] arguments) throws Exception {
    String what = arguments.length == 1 ? arguments[0] : "";
    switch (what) {
      case "measure" -> {
        Report report = new Report(Machine.here(), false);
        report.run(new IpvsRun());
        report.save(RESULTS);
      }
      case "page" -> {
        Page page = Page.read(PAGE);
        page.fill(IpvsRun.NAME, IpvsTable.of(Machine.here(), Results.read(RESULTS.resolve("bench.json"))));
        page.write();
        System.out.println("Written to " + PAGE + ".");
      }
      default -> {
        System.err.println("bench-ipvs: '" + what + "' is not what it does; usage: bench-ipvs measure | page");
        System.exit(2);
      }
    }
  }
}
