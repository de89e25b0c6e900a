// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.xlvs.loader.AttachType;
import io.xlvs.loader.BpfException;
import io.xlvs.loader.Collection;
import io.xlvs.loader.testing.FdLeakExtension;
import io.xlvs.loader.testing.TempBpfFs;
import io.xlvs.loader.testing.TestObjects;
import io.xlvs.loader.testing.VethPair;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(FdLeakExtension.class)
class CgroupsTest {
  /** A cgroup of its own that this process is in until closed. */
  private static final class TestCgroup implements AutoCloseable {
    private final Path root = mountPoint();
    private final Path home = root.resolve(ownCgroup().substring(1));
    private final Path path = home.resolve("xlvs-loader-test-" + ProcessHandle.current().pid());

    TestCgroup() throws IOException {
      Files.createDirectory(path);
      move(path);
    }

    private static Path mountPoint() {
      return lines("/proc/self/mounts").filter(line -> line.split(" ")[2].equals("cgroup2"))
          .map(line -> Path.of(line.split(" ")[1]))
          .findFirst()
          .orElseThrow(() -> new AssertionError("this machine has no cgroup2 mount"));
    }

    private static String ownCgroup() {
      return lines("/proc/self/cgroup").filter(line -> line.startsWith("0::")).map(line -> line.substring(3)).findFirst()
          .orElseThrow();
    }

    private static Stream<String> lines(String file) {
      try {
        return Files.readAllLines(Path.of(file)).stream();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    private static void move(Path cgroup) throws IOException {
      Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(ProcessHandle.current().pid()));
    }

    @Override
    public void close() throws IOException {
      move(home);
      Files.delete(path);
    }
  }

  @Test
  void socketProgramsSeeConnectionsOfTheCgroup() throws IOException {
    try (VethPair network = new VethPair();
        TestCgroup cgroup = new TestCgroup();
        TempBpfFs bpffs = new TempBpfFs();
        Collection hooks = TestObjects.spec("hooks").load()) {
      assertThat(network.left()).isPositive();
      Path pin = bpffs.path().resolve("peer");
      try (Link peer = Cgroups.attach(hooks.program("on_peer_name"), cgroup.path, AttachType.CGROUP_INET4_GETPEERNAME)) {
        peer.pin(pin);
      }
      try (Link sockets = Cgroups.attach(hooks.program("on_socket"), cgroup.path, AttachType.CGROUP_SOCK_OPS);
          Link peer = Link.openPinned(pin);
          ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.INET)) {
        assertThat(sockets.info().type()).isEqualTo(LinkInfo.TYPE_CGROUP);
        assertThat(sockets.info().cgroupId()).isEqualTo(peer.info().cgroupId()).isPositive();
        server.bind(new InetSocketAddress("127.0.0.1", 0));
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.INET)) {
          client.connect(server.getLocalAddress());
          try (SocketChannel accepted = server.accept()) {
            assertThat(((InetSocketAddress) accepted.getRemoteAddress()).getPort()).isEqualTo(4711);
          }
        }
        assertThat(hooks.variable("established").getLong()).isEqualTo(1);
        assertThat(hooks.variable("peer_names").getLong()).isPositive();
      }
    }
  }

  @Test
  void missingCgroupIsNamed() {
    try (Collection hooks = TestObjects.spec("hooks").loadOnly("on_socket").load()) {
      assertThatExceptionOfType(BpfException.class)
          .isThrownBy(() -> Cgroups.attach(hooks.program("on_socket"), Path.of("/nowhere"), AttachType.CGROUP_SOCK_OPS))
          .withMessage("open cgroup /nowhere: ENOENT (No such file or directory)");
    }
  }
}
