// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.features;

import io.xlvs.loader.AttachType;
import io.xlvs.loader.ProgramType;
import io.xlvs.loader.internal.Fd;
import io.xlvs.loader.internal.Layout;
import io.xlvs.loader.internal.Native;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * Asks the verifier about a helper with a program that only calls it. libbpf's own probe (1.1) takes every helper that the
 * kernel has for allowed, since newer kernels word the refusal differently.
 */
final class HelperProbe {
  private static final int LOG_BYTES = 65536;
  private static final byte OPCODE_CALL = (byte) 0x85;
  private static final byte OPCODE_EXIT = (byte) 0x95;
  private static final int F_SLEEPABLE = 1 << 4;

  private HelperProbe() {}

  /** 1 when allowed, 0 when not, a negative error number when the verifier was not reached. */
  static int probe(ProgramType type, int helper) {
    ByteBuffer instructions = Native.allocate(16).put(0, OPCODE_CALL).putInt(4, helper).put(8, OPCODE_EXIT);
    ByteBuffer log = Native.allocate(LOG_BYTES);
    ByteBuffer options = Native.allocate(Layout.PROG_LOAD_SIZE);
    options
        .putLong(0, Layout.PROG_LOAD_SIZE)
        .putInt(Layout.PROG_LOAD_EXPECTED_ATTACH_TYPE, attachType(type))
        .putInt(Layout.PROG_LOAD_PROG_FLAGS, type == ProgramType.SYSCALL ? F_SLEEPABLE : 0)
        .putInt(Layout.PROG_LOAD_LOG_LEVEL, 1)
        .putInt(Layout.PROG_LOAD_LOG_SIZE, LOG_BYTES)
        .putLong(Layout.PROG_LOAD_LOG_BUF, Native.address(log));
    int result =
        Native.bpf()
            .bpf_prog_load(type.number(), "xlvs_probe", "GPL", Native.address(instructions), 2, Native.address(options));
    Reference.reachabilityFence(log);
    if (result >= 0) {
      new Fd(result, "probe program").close();
      return 1;
    }
    String words = Native.string(log, 0, LOG_BYTES);
    if (words.isEmpty()) {
      return result;
    }
    boolean refused =
        words.contains("invalid func ") || words.contains("unknown func ") || words.contains("cannot use helper");
    return refused ? 0 : 1;
  }

  /** Some program types are checked per attach type; the plainest one stands for the type. */
  private static int attachType(ProgramType type) {
    return switch (type) {
      case CGROUP_SOCK_ADDR -> AttachType.CGROUP_INET4_CONNECT.number();
      case CGROUP_SOCKOPT -> AttachType.CGROUP_GETSOCKOPT.number();
      case SK_LOOKUP -> AttachType.SK_LOOKUP.number();
      default -> 0;
    };
  }
}
