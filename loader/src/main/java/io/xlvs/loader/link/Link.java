// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.link;

import io.xlvs.loader.BpfException;
import io.xlvs.loader.Program;
import io.xlvs.loader.internal.Errno;
import io.xlvs.loader.internal.Fd;
import io.xlvs.loader.internal.Layout;
import io.xlvs.loader.internal.Native;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A program's attachment, as a kernel object: closing the last descriptor of an unpinned link detaches the program; a pinned
 * link stays attached until its pin is removed.
 */
public final class Link implements AutoCloseable {
  private static final int F_REPLACE = 4;

  private final Fd fd;
  private final String object;

  private Link(Fd fd, String object) {
    this.fd = fd;
    this.object = object;
  }

  /** Wraps the result of a link-creating call: a descriptor or a negative error number. */
  static Link created(int result, String operation, String object) {
    Native.check(result, operation, object);
    return new Link(new Fd(result, object), object);
  }

  /** Opens a pinned link; the caller closes it, which detaches nothing while the pin is there. */
  public static Link openPinned(Path path) {
    return created(Native.bpf().bpf_obj_get(path.toString()), "open pinned", "link " + path);
  }

  /** Opens a link by the kernel's id (needs CAP_SYS_ADMIN); the caller closes it. */
  public static Link openById(int id) {
    return created(Native.bpf().bpf_link_get_fd_by_id(id), "open", "link with id " + id);
  }

  /** Replaces the program in one step: every packet meets the old one or the new one. */
  public void update(Program program) {
    update(program, null);
  }

  /** As {@link #update(Program)}, but only if {@code expected} (null: any) is attached; EPERM otherwise. */
  public void update(Program program, Program expected) {
    ByteBuffer options = Native.allocate(Layout.LINK_UPDATE_SIZE).putLong(0, Layout.LINK_UPDATE_SIZE);
    if (expected != null) {
      options.putInt(Layout.LINK_UPDATE_FLAGS, F_REPLACE).putInt(Layout.LINK_UPDATE_OLD_PROG_FD, expected.fd());
    }
    int result = Native.bpf().bpf_link_update(fd.get(), program.fd(), Native.address(options));
    Native.check(result, "update to " + program, object);
  }

  /** What the kernel says now. */
  public LinkInfo info() {
    ByteBuffer raw = Native.allocate(Layout.LINK_INFO_SIZE);
    ByteBuffer size = Native.allocate(4).putInt(0, Layout.LINK_INFO_SIZE);
    int result = Native.bpf().bpf_obj_get_info_by_fd(fd.get(), Native.address(raw), Native.address(size));
    Native.check(result, "describe", object);
    int type = raw.getInt(Layout.LINK_INFO_TYPE);
    return new LinkInfo(
        raw.getInt(Layout.LINK_INFO_ID),
        type,
        raw.getInt(Layout.LINK_INFO_PROG_ID),
        type == LinkInfo.TYPE_XDP ? raw.getInt(Layout.LINK_INFO_XDP_IFINDEX) : 0,
        type == LinkInfo.TYPE_CGROUP ? raw.getLong(Layout.LINK_INFO_CGROUP_ID) : 0);
  }

  /** Detaches the program now, even if the link is pinned. The link stays as an empty shell. */
  public void detach() {
    Native.check(Native.bpf().bpf_link_detach(fd.get()), "detach", object);
  }

  /** Pins the link under a path on a bpffs. */
  public void pin(Path path) {
    int result = Native.bpf().bpf_obj_pin(fd.get(), path.toString());
    if (result < 0) {
      String remedy = result == -Errno.EEXIST ? "remove the existing pin first" : "";
      throw new BpfException("pin", object + " at " + path, -result, remedy);
    }
  }

  /** Closes the descriptor, which detaches the program unless the link is pinned. Idempotent. */
  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return object;
  }
}
