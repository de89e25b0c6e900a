// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.v1.Difference;
import io.xlvs.v1.DirectorStatus;
import io.xlvs.v1.Element;
import io.xlvs.v1.Plan;
import io.xlvs.v1.Sysctl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code lbctl sysctl}: what sysctl(8) of procps-ng 4.0.2 prints and its exit status. */
final class SysctlTest extends AgainstFakeServer {
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "sysctl -a | net.ipv4.vs.cache_bypass = 0/net.ipv4.vs.sloppy_tcp = 0/net.ipv4.vs.sync_threshold = 3\\t50/",
      "sysctl net.ipv4.vs | net.ipv4.vs.cache_bypass = 0/net.ipv4.vs.sloppy_tcp = 0/net.ipv4.vs.sync_threshold = 3\\t50/",
      "sysctl net.ipv4.vs.sloppy_tcp | net.ipv4.vs.sloppy_tcp = 0/",
      "sysctl net/ipv4/vs/sloppy_tcp | net.ipv4.vs.sloppy_tcp = 0/",
      "sysctl -n net.ipv4.vs.sloppy_tcp | 0/",
      "sysctl -b net.ipv4.vs.sloppy_tcp | 0",
      "sysctl -aN | net.ipv4.vs.cache_bypass/net.ipv4.vs.sloppy_tcp/net.ipv4.vs.sync_threshold/",
      "sysctl -w net.ipv4.vs.sloppy_tcp=1 | net.ipv4.vs.sloppy_tcp = 1/",
      "sysctl net.ipv4.vs.sloppy_tcp=1 | net.ipv4.vs.sloppy_tcp = 1/",
      "sysctl -nw net.ipv4.vs.sloppy_tcp=1 | 1/",
      "sysctl -qw net.ipv4.vs.sloppy_tcp=1 | ''",
      "sysctl -e net.ipv4.vs.nosuch | ''",
  })
  void readsAndSets(String line, String out) {
    Lbctl.Result result = lbctl.run(line);
    assertThat(result.out()).isEqualTo(out.replace('/', '\n').replace("\\t", "\t"));
    assertThat(result.err()).isEmpty();
    assertThat(result.status()).isZero();
    assertThat(lbctl.run("sysctl -n net.ipv4.vs.sloppy_tcp").out()).isEqualTo(line.contains("=1") ? "1\n" : "0\n");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "sysctl net.ipv4.vs.nosuch | sysctl: cannot stat /proc/sys/net/ipv4/vs/nosuch: No such file or directory",
      "sysctl -w net.ipv4.vs.nosuch=1 | sysctl: cannot stat /proc/sys/net/ipv4/vs/nosuch: No such file or directory",
      "sysctl -w net.ipv4.ip_forward=1 | sysctl: cannot stat /proc/sys/net/ipv4/ip_forward: No such file or directory",
      "sysctl -w net.ipv4.vs.cache_bypass=1 | sysctl: setting key \"net.ipv4.vs.cache_bypass\": Invalid argument: cache_bypass is always 0",
      "sysctl -w net.ipv4.vs.sloppy_tcp | sysctl: \"net.ipv4.vs.sloppy_tcp\" must be of the form name=value",
      "sysctl | sysctl: no variables specified",
  })
  void refusesAsSysctlDoes(String line, String err) {
    Lbctl.Result result = lbctl.run(line);
    assertThat(result.says(err)).as(result.err()).isTrue();
    assertThat(result.out()).isEmpty();
    assertThat(result.status()).isEqualTo(1);
  }

  @Test
  void goesOnAfterWhatItCannotDo() {
    Lbctl.Result result = lbctl.run("sysctl net.ipv4.vs.nosuch net.ipv4.vs.sloppy_tcp=1");
    assertThat(result.out()).isEqualTo("net.ipv4.vs.sloppy_tcp = 1\n");
    assertThat(result.status()).isEqualTo(1);
  }

  @Test
  void aDryRunSaysWhatWouldBeSetAndSetsNothing() {
    Sysctl sloppy = server.director.sysctls.get(1);
    server.plan = Plan.newBuilder().addDifferences(Difference.newBuilder().setName("sysctls/sloppy_tcp")
        .setBefore(Element.newBuilder().setSysctl(sloppy))
        .setAfter(Element.newBuilder().setSysctl(sloppy.toBuilder().setValue("1")))).build();
    assertThat(lbctl.run("sysctl -w net.ipv4.vs.sloppy_tcp=1 --dry-run").out())
        .isEqualTo("- sysctl -w net.ipv4.vs.sloppy_tcp=0\n+ sysctl -w net.ipv4.vs.sloppy_tcp=1\n");
    assertThat(lbctl.run("sysctl -n net.ipv4.vs.sloppy_tcp").out()).isEqualTo("0\n");
    assertThat(lbctl.run("sysctl -w net.ipv4.vs.nosuch=1 --dry-run"))
        .isEqualTo(lbctl.run("sysctl -w net.ipv4.vs.nosuch=1"));
  }

  @Test
  void tellsProgramsEverything() {
    assertThat(lbctl.run("sysctl -o json net.ipv4.vs.cache_bypass").out()).contains("\"fixed\": true", "\"do otherwise\"");
  }

  @Test
  void statusShowsWhatDiffersFromTheDefault() {
    server.status = DirectorStatus.newBuilder().addSysctls(server.director.sysctls.get(1).toBuilder().setValue("1")).build();
    assertThat(lbctl.run("status").out()).containsPattern("sloppy_tcp +1 +0 +opens in the middle");
  }
}
