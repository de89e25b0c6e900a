// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The lab itself, without xlvsd: routing as on any network, and nothing left behind. */
@Tag("end-to-end")
class TopologyTest {
  @Test
  void aClientReachesEveryRealServerThroughTheDirectorsPlainRouting() throws IOException {
    try (Workspace workspace = Workspace.create()) {
      Topology topology = Topology.create(workspace, LabOptions.DEFAULT);
      for (int number = 1; number <= Family.SERVERS; number++) {
        try (RealServerHost server = host(workspace, topology, number);
            Client client = new Client(topology.client())) {
          server.start();
          for (Family family : Family.values()) {
            Answer http = client.get(family.server(number), Mode.NAT.serverHttpPort());
            assertThat(http.server()).isEqualTo("rs" + number);
            assertThat(http.saw(family.client())).as("%s", http).isTrue();
            Answer echo = client.echo(family.server(number), Mode.NAT.serverEchoPort());
            assertThat(echo.saw(family.client())).as("%s", echo).isTrue();
          }
        }
      }
    }
  }

  @Test
  void aClosedWorkspaceLeavesNothing() {
    String name;
    try (Workspace workspace = Workspace.create()) {
      name = workspace.name();
      Namespace namespace = workspace.namespace("client");
      Child.start("sleep", namespace, workspace.cgroup().child("some"), workspace.directory("some").resolve("log"), List.of("sleep", "1000"));
      assertThat(traces(name)).hasSize(3);
    }
    assertThat(traces(name)).isEmpty();
  }

  @Test
  void whatADeadProcessLeftIsRemovedByTheNextWorkspace() throws IOException {
    // Above /proc/sys/kernel/pid_max: no process can have it.
    String dead = "xlvs-4194999-1";
    Namespace.create(dead + "-client");
    Path cgroup = Files.createDirectories(Cgroup.mounted().orElseThrow().resolve(dead).resolve("director")).getParent();
    Path directory = Files.createDirectories(Path.of("/run/xlvs-lab", dead, "director"));
    Command.run(List.of("mount", "-t", "bpf", "none", directory.toString()));
    assertThat(traces(dead)).containsExactlyInAnyOrder(Path.of("/run/netns", dead + "-client"), cgroup, directory.getParent());

    Workspace.create().close();

    assertThat(traces(dead)).isEmpty();
  }

  private static RealServerHost host(Workspace workspace, Topology topology, int number) {
    return new RealServerHost(Installation.own(), topology.server(number), workspace.cgroup().child("rs" + number),
        workspace.directory("rs" + number), number);
  }

  private static List<Path> traces(String name) {
    return Stream.of(Path.of("/run/netns"), Path.of("/run/xlvs-lab"), Cgroup.mounted().orElseThrow())
        .filter(Files::isDirectory)
        .flatMap(directory -> {
          try (Stream<Path> children = Files.list(directory)) {
            return children.toList().stream();
          } catch (IOException e) {
            throw new LabException(directory + " cannot be read", e);
          }
        })
        .filter(path -> path.getFileName().toString().startsWith(name))
        .toList();
  }
}
