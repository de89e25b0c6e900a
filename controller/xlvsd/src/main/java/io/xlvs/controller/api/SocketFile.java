// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import io.xlvs.controller.file.FileFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * The file of a Unix domain socket. The socket is bound under a second name, gets its permissions, and only then its real name: there is no
 * moment in which the wrong people could connect.
 */
public final class SocketFile {
  /** sun_path of sockaddr_un has 108 bytes with the final zero. */
  private static final int MAX_PATH_BYTES = 107;

  private final Path path;
  private final Path bindPath;
  private final Set<PosixFilePermission> mode;
  private boolean published;

  private SocketFile(Path path, Set<PosixFilePermission> mode) {
    this.path = path;
    this.bindPath = path.resolveSibling(path.getFileName() + ".new");
    this.mode = mode;
  }

  /**
   * Makes way and proves that a socket can be made there, so that a start that cannot be answered fails before it touches the kernel.
   * Its directory is made if that alone is missing, as below an empty /run after a boot.
   *
   * @param path of the socket; one left behind by a dead daemon is replaced
   * @param mode permissions of the socket
   * @throws IOException if a live daemon answers there, or it cannot be made; one line
   */
  public static SocketFile prepare(Path path, Set<PosixFilePermission> mode) throws IOException {
    SocketFile file = new SocketFile(path.toAbsolutePath(), mode);
    if (file.bindPath.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
      throw new IOException("socket " + path + " has too long a name: at most " + (MAX_PATH_BYTES - 4) + " bytes would be right");
    }
    if (Files.exists(file.path)) {
      file.requireStale();
    }
    try (ServerSocketChannel trial = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      FileFailure.requireDirectory(file.path.getParent());
      Files.deleteIfExists(file.bindPath);
      trial.bind(UnixDomainSocketAddress.of(file.bindPath));
      Files.delete(file.bindPath);
    } catch (IOException e) {
      throw file.unusable(e);
    }
    return file;
  }

  /** Why the socket cannot be made, in one line. */
  IOException unusable(IOException e) {
    IOException cause = e.getCause() instanceof IOException inner ? inner : e;
    return new IOException("socket " + path + " cannot be made: " + FileFailure.reason(cause, path) + "; give another with --socket", e);
  }

  private void requireStale() throws IOException {
    if (Files.isRegularFile(path) || Files.isDirectory(path)) {
      throw new IOException("socket " + path + " cannot be made: a file of this name is there and is no socket; give another with"
          + " --socket, or remove it");
    }
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.connect(UnixDomainSocketAddress.of(path));
    } catch (IOException refused) {
      // Nobody listens: left behind by a daemon that died.
      return;
    }
    throw new IOException("socket " + path + " is in use: another xlvsd answers there; stop it first, or give another with --socket");
  }

  /** Where to bind. */
  Path bindPath() {
    return bindPath;
  }

  /** Once bound: permissions, then the real name. */
  void publish() throws IOException {
    Files.setPosixFilePermissions(bindPath, mode);
    Files.move(bindPath, path, StandardCopyOption.ATOMIC_MOVE);
    published = true;
  }

  void remove() {
    try {
      Files.deleteIfExists(bindPath);
      if (published) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("removing " + path, e);
    }
  }
}
