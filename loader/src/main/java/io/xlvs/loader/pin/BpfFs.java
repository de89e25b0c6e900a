// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.pin;

import io.xlvs.loader.internal.Native;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** The BPF file system, in which pins live. It exists only while mounted; an unmount drops all pins of a private mount. */
public final class BpfFs {
  /** BPF_FS_MAGIC. */
  private static final long MAGIC = 0xcafe4a11L;

  /** The mount's source: a mount is ours to undo by this name only, since /sys/fs/bpf belongs to the system. */
  private static final String SOURCE = "xlvs";

  private static final int STATFS_BYTES = 256;
  private static final int MNT_DETACH = 2;

  private BpfFs() {}

  /** Whether an existing path lies on a bpffs. */
  public static boolean contains(Path path) {
    ByteBuffer statfs = Native.allocate(STATFS_BYTES);
    int result = Native.libc().statfs(path.toString(), Native.address(statfs));
    Native.checkErrno(result, "find the file system of", path.toString());
    return statfs.getLong(0) == MAGIC;
  }

  /** Mounts a bpffs on a directory, which is created if absent, readable by its owner only; false if one is there already. */
  public static boolean mountIfMissing(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create mount point " + directory, e);
    }
    if (contains(directory)) {
      return false;
    }
    int result = Native.libc().mount(SOURCE, directory.toString(), "bpf", 0, "mode=0700");
    Native.checkErrno(result, "mount bpffs on", directory.toString());
    return true;
  }

  /** Whether {@link #mountIfMissing} of this or an earlier process has mounted a bpffs on just this directory. */
  public static boolean isMountedHere(Path directory) {
    try {
      String path = directory.toRealPath().toString();
      return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream().anyMatch(line -> isOurs(line, path));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot tell whether " + directory + " is a mount point", e);
    }
  }

  /** proc(5): the mount point is the fifth word; type and source come after a lone hyphen. */
  private static boolean isOurs(String mountInfo, String path) {
    return mountInfo.split(" ")[4].equals(path) && mountInfo.contains(" - bpf " + SOURCE + " ");
  }

  /** Unmounts a bpffs; pins under it are gone once nothing uses them. */
  public static void unmount(Path directory) {
    Native.checkErrno(Native.libc().umount2(directory.toString(), MNT_DETACH), "unmount bpffs from", directory.toString());
  }
}
