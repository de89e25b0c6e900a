// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.net;

import io.xlvs.loader.BpfException;
import io.xlvs.loader.internal.Native;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Names and indices of network interfaces, in the calling thread's network namespace. */
public final class NetDevices {
  private static final int IF_NAMESIZE = 16;

  private NetDevices() {}

  /** The index of an interface; throws {@link BpfException} (ENODEV) naming it when there is none. */
  public static int indexOf(String name) {
    int index = Native.libc().if_nametoindex(name);
    if (index == 0) {
      throw new BpfException("find", "interface '" + name + "'", Native.lastErrno());
    }
    return index;
  }

  /** The index of an interface by one of its names, alternative ones included; empty when there is none. */
  public static Optional<Integer> find(String name) {
    int index = Native.libc().if_nametoindex(name);
    return index == 0 ? Optional.empty() : Optional.of(index);
  }

  /** The name of an interface; empty when there is none of that index. */
  public static Optional<String> nameOf(int ifindex) {
    ByteBuffer buffer = Native.allocate(IF_NAMESIZE);
    if (Native.libc().if_indextoname(ifindex, Native.address(buffer)) == 0) {
      return Optional.empty();
    }
    return Optional.of(Native.string(buffer, 0, IF_NAMESIZE));
  }
}
