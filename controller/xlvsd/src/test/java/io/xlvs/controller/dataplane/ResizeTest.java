// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xlvs.controller.service.VirtualService;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Restarts with other sizes, with real TCP through them. */
class ResizeTest extends LiveDirector {
  @Test
  void aRestartWithLargerTablesKeepsConnectionsServicesAndCounters() throws Exception {
    serve(1, 80);
    serve(2, 80);
    VirtualService service = service(HTTP, "rr", server(1, 80), server(2, 80));
    apply(service);
    Socket first = connect();
    Socket second = connect();
    String one = ask(first, "a");
    String two = ask(second, "a");
    assertThat(one).isNotEqualTo(two);
    plane.close();
    int known = 2;
    for (int servers : List.of(2048, 40_000)) {
      plane = inDirector(() -> new BpfDataPlaneProvider().open(options(larger(servers, 1 << 14)), () -> {}));
      assertThat(table("servers").capacity()).isEqualTo(servers);
      assertThat(ask(first, "b")).as("before it is configured").isEqualTo(one.replace("a", "b"));
      apply(service);
      assertThat(plane.figures(service, true).counters().connections()).isEqualTo(known);
      assertThat(ask(second, "c")).isEqualTo(two.replace("a", "c"));
      assertThat(ask(connect(), "d")).matches("[12] 10.71.0.10 d");
      known++;
      plane.close();
    }
    assertThat(Files.list(bpffs.resolve("director"))).as("pins of what was replaced").noneMatch(pin -> pin.toString().endsWith("_old"));
    plane = inDirector(() -> new BpfDataPlaneProvider().open(options(larger(40_000, 1 << 14)), () -> {}));
  }

  @Test
  void aResizeThatFailsLeavesWhatWasThere() throws Exception {
    serve(1, 80);
    apply(service(HTTP, "rr", server(1, 80)));
    Socket socket = connect();
    ask(socket, "a");
    plane.close();
    List<Path> pins = pins();
    assertThatThrownBy(() -> inDirector(() -> new BpfDataPlaneProvider().open(options(larger(2048, 1 << 15)), () -> {})))
        .as("a hash table keeps its size").hasMessageContaining("connections").hasMessageContaining("--detach");
    assertThat(pins()).isEqualTo(pins);
    assertThat(ask(socket, "b")).isEqualTo("1 10.71.0.10 b");
    Path director = bpffs.resolve("director");
    for (String begun : List.of("settings", "servers", "control")) {
      Files.move(director.resolve(begun), director.resolve(begun + "_old"));
    }
    plane = openPlane();
    assertThat(pins()).as("after a crash on the way").isEqualTo(pins);
    assertThat(ask(socket, "c")).isEqualTo("1 10.71.0.10 c");
  }

  /** Of maps. */
  private List<Path> pins() throws IOException {
    try (var pins = Files.list(bpffs.resolve("director"))) {
      return pins.filter(pin -> !pin.getFileName().toString().matches("(tc|xdp)_\\d+")).sorted().toList();
    }
  }

  private static DataPlaneOptions.Capacities larger(int servers, int connections) {
    return new DataPlaneOptions.Capacities(connections, 1 << 12, 64, servers, 256, 1024, 1 << 18, 1 << 20);
  }
}
