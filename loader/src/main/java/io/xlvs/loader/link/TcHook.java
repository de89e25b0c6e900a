// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.link;

import io.xlvs.loader.Program;
import io.xlvs.loader.internal.Errno;
import io.xlvs.loader.internal.Layout;
import io.xlvs.loader.internal.Native;
import io.xlvs.loader.internal.PrintCapture;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One direction of an interface's clsact qdisc. Filters outlive this process; they are told apart by handle and priority, and
 * run in direct-action mode (the program returns a {@code TC_ACT_*} verdict). The interface is that of the calling thread's
 * network namespace.
 */
public final class TcHook {
  private static final int F_REPLACE = 1;

  private final int ifindex;
  private final Direction direction;

  /** Direction of packets as seen from this host; numbers are {@code enum bpf_tc_attach_point}. */
  public enum Direction {
    INGRESS(1),
    EGRESS(2);

    private final int attachPoint;

    Direction(int attachPoint) {
      this.attachPoint = attachPoint;
    }
  }

  private TcHook(int ifindex, Direction direction) {
    this.ifindex = ifindex;
    this.direction = direction;
  }

  /** Names a hook; nothing is created yet. */
  public static TcHook of(int ifindex, Direction direction) {
    return new TcHook(ifindex, direction);
  }

  /** Creates the interface's clsact qdisc, which serves both directions; false when it was there already. */
  public boolean create() {
    return call("create clsact qdisc for", Errno.EEXIST, hook -> Native.bpf().bpf_tc_hook_create(hook));
  }

  /** Removes the interface's clsact qdisc with all filters of both directions, foreign ones too; false when absent. */
  public boolean destroyQdisc() {
    int both = Direction.INGRESS.attachPoint | Direction.EGRESS.attachPoint;
    ByteBuffer hook = hook(both);
    try (PrintCapture capture = PrintCapture.open()) {
      int result = Native.bpf().bpf_tc_hook_destroy(Native.address(hook));
      if (result == -Errno.EINVAL || result == -Errno.ENOENT) {
        capture.take(); // the caller asked whether it was there
        return false;
      }
      NetlinkResult.check(result, "remove clsact qdisc of", toString(), capture);
      return true;
    }
  }

  /**
   * Attaches a program; the qdisc must exist.
   *
   * @param filter handle and priority, each at least 1, priority at most 65535
   * @param replace whether an existing filter of the same handle and priority is replaced; EEXIST otherwise
   */
  public void attach(Program program, TcFilter filter, boolean replace) {
    ByteBuffer options = options(filter);
    options.putInt(Layout.TC_OPTS_PROG_FD, program.fd()).putInt(Layout.TC_OPTS_FLAGS, replace ? F_REPLACE : 0);
    try (PrintCapture capture = PrintCapture.open()) {
      int result = Native.bpf().bpf_tc_attach(Native.address(hook(direction.attachPoint)), Native.address(options));
      NetlinkResult.check(result, "attach " + program + " to", this + " " + filter, capture);
    }
  }

  /** Kernel id of the program of a filter; empty when there is no such filter. */
  public Optional<Integer> query(TcFilter filter) {
    ByteBuffer options = options(filter);
    boolean found =
        call(
            "query",
            Errno.ENOENT,
            hook -> {
              int result = Native.bpf().bpf_tc_query(hook, Native.address(options));
              // Without a clsact qdisc the kernel says EINVAL: no filter either way.
              return result == -Errno.EINVAL ? -Errno.ENOENT : result;
            });
    return found ? Optional.of(options.getInt(Layout.TC_OPTS_PROG_ID)) : Optional.empty();
  }

  /** Removes a filter; false when there was none. */
  public boolean detach(TcFilter filter) {
    ByteBuffer options = options(filter);
    return call(
        "detach " + filter + " from",
        Errno.ENOENT,
        hook -> {
          int result = Native.bpf().bpf_tc_detach(hook, Native.address(options));
          return result == -Errno.EINVAL ? -Errno.ENOENT : result;
        });
  }

  @Override
  public String toString() {
    return "tc " + direction + " of ifindex " + ifindex;
  }

  private interface HookCall {
    int call(long hook);
  }

  private boolean call(String operation, int errnoForFalse, HookCall body) {
    ByteBuffer hook = hook(direction.attachPoint);
    try (PrintCapture capture = PrintCapture.open()) {
      int result = body.call(Native.address(hook));
      if (result == -errnoForFalse) {
        capture.take(); // the caller asked whether it was there
        return false;
      }
      NetlinkResult.check(result, operation, toString(), capture);
      return true;
    }
  }

  private ByteBuffer hook(int attachPoint) {
    return Native.allocate(Layout.TC_HOOK_SIZE)
        .putLong(0, Layout.TC_HOOK_SIZE)
        .putInt(Layout.TC_HOOK_IFINDEX, ifindex)
        .putInt(Layout.TC_HOOK_ATTACH_POINT, attachPoint);
  }

  private static ByteBuffer options(TcFilter filter) {
    return Native.allocate(Layout.TC_OPTS_SIZE)
        .putLong(0, Layout.TC_OPTS_SIZE)
        .putInt(Layout.TC_OPTS_HANDLE, filter.handle())
        .putInt(Layout.TC_OPTS_PRIORITY, filter.priority());
  }
}
