// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import io.xlvs.loader.internal.Errno;
import io.xlvs.loader.internal.Layout;
import io.xlvs.loader.internal.Native;
import io.xlvs.loader.map.MapType;
import io.xlvs.loader.map.RawMap;
import io.xlvs.loader.map.UpdateFlag;
import java.nio.ByteBuffer;

/**
 * Waits until no program run that began before is still going on: memory of a mapped array that was unpublished before
 * {@link #await()} may be reused after it. Takes milliseconds. Covers programs that run under RCU (XDP, tc, sockets), not
 * sleepable ones.
 *
 * <p>membarrier(2) with MEMBARRIER_CMD_GLOBAL is the kernel's synchronize_rcu(). Kernels booted with nohz_full refuse it; there
 * an update of an array of maps serves, which waits likewise before it returns.
 */
public final class GracePeriod {
  private static final long SYS_MEMBARRIER = System.getProperty("os.arch").equals("aarch64") ? 283 : 324;
  private static final long MEMBARRIER_CMD_GLOBAL = 1;

  private GracePeriod() {}

  /** Waits for one grace period. */
  public static void await() {
    if (Native.libc().syscall(SYS_MEMBARRIER, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0) {
      return;
    }
    int errno = Native.lastErrno();
    if (errno != Errno.EINVAL && errno != Errno.EPERM && errno != Errno.ENOSYS) {
      throw new BpfException("wait for", "an RCU grace period", errno);
    }
    awaitByMapUpdate();
  }

  /** The kernel finishes an update of a map of maps only after a grace period, since the old inner map may be in use. */
  static void awaitByMapUpdate() {
    try (RawMap inner = RawMap.create("xlvs_inner", MapType.ARRAY, 4, 4, 1, 0);
        RawMap outer = createOuter(inner)) {
      ByteBuffer key = Native.allocate(4);
      ByteBuffer value = Native.allocate(4).putInt(0, inner.fd());
      outer.update(key, value, UpdateFlag.ANY);
    }
  }

  private static RawMap createOuter(RawMap inner) {
    ByteBuffer options = Native.allocate(Layout.MAP_CREATE_SIZE);
    options.putLong(0, Layout.MAP_CREATE_SIZE).putInt(Layout.MAP_CREATE_INNER_MAP_FD, inner.fd());
    int type = MapType.ARRAY_OF_MAPS.number();
    int fd = Native.bpf().bpf_map_create(type, "xlvs_outer", 4, 4, 1, Native.address(options));
    return RawMap.adopt(Native.check(fd, "create", "map 'xlvs_outer'"), "xlvs_outer");
  }
}
