// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whose programs are on an interface: a second xlvsd gets none of the first one's, and `xlvsd --detach` leaves none. */
@Tag("end-to-end")
class DetachTest {
  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT);

  @Test
  void aSecondDaemonWithAStateOfItsOwnIsRefusedOnTheSameInterfaces() throws IOException {
    Path other = Files.createDirectories(LAB.director().socket().resolveSibling("other"));
    List<String> command = new ArrayList<>(LAB.director().command());
    command.set(command.indexOf("--state-dir") + 1, other.resolve("state").toString());
    command.set(command.indexOf("--bpffs") + 1, other.resolve("bpf").toString());
    command.set(command.indexOf("--socket") + 1, other.resolve("sock").toString());

    Command.Result second = Command.attempt(LAB.director().namespace().wrap(command), "", Map.of());

    assertThat(second.status()).isEqualTo(1);
    assertThat(second.err()).contains("interface eth0 has the tc filters of another xlvsd").contains("--detach --bpffs");
    assertThat(Files.list(other.resolve("bpf"))).isEmpty();
    assertThat(LAB.client().get(Mode.NAT.vip(Family.IPV4), Mode.HTTP_PORT).saw(Family.IPV4.client())).isTrue();
  }

  @Test
  void detachingLeavesNothingAndTheNextStartForwardsAgain() throws IOException {
    Namespace director = LAB.director().namespace();
    LAB.client().get(Mode.NAT.vip(Family.IPV4), Mode.HTTP_PORT);
    assertThat(director.run("ip", "link", "show")).contains("xdp");
    assertThat(director.run("ip", "neigh", "show")).contains("managed");
    assertThat(LAB.director().stop()).isZero();

    Command.Result detached = LAB.director().detach();

    assertThat(detached.status()).as(detached.err()).isZero();
    assertThat(detached.out()).contains("detached the data plane");
    assertThat(director.run("ip", "link", "show")).doesNotContain("xdp");
    assertThat(director.run("tc", "qdisc", "show")).doesNotContain("clsact");
    assertThat(director.run("ip", "neigh", "show")).doesNotContain("managed");
    assertThat(Files.list(LAB.director().socket().resolveSibling("bpf"))).isEmpty();
    LAB.director().start();
    for (Mode mode : Mode.values()) {
      assertThat(LAB.client().get(mode.vip(Family.IPV6), Mode.HTTP_PORT).saw(Family.IPV6.client())).as("%s", mode).isTrue();
    }
  }
}
