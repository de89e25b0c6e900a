// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import io.xlvs.loader.internal.Layout;
import io.xlvs.loader.internal.Native;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/** One BPF_PROG_TEST_RUN call. */
final class TestRun {
  private static final ThreadLocal<ByteBuffer> OPTIONS =
      ThreadLocal.withInitial(() -> Native.allocate(Layout.TEST_RUN_SIZE));

  /** in | out | context in | context out, reused by this thread's next call. */
  private static final ThreadLocal<ByteBuffer> MEMORY = ThreadLocal.withInitial(() -> Native.allocate(16384));

  private final Program program;
  private final TestRunOptions options;

  TestRun(Program program, TestRunOptions options) {
    this.program = program;
    this.options = options;
  }

  TestRunResult run() {
    boolean syscall = program.type() == ProgramType.SYSCALL;
    boolean live = (options.flags() & TestRunOptions.LIVE_FRAMES) != 0;
    int inSize = options.in().length;
    int outSize = live ? 0 : options.outSizeBytes();
    int contextSize = options.context().length;
    int outAt = align(inSize);
    int contextAt = outAt + align(outSize);
    // The kernel copies a syscall program's context back in place; others get it in a buffer of its own.
    boolean contextOut = contextSize > 0 && !syscall && !live;
    int contextOutAt = contextOut ? contextAt + align(contextSize) : contextAt;
    ByteBuffer memory = memory(contextOutAt + align(contextSize));
    memory.put(0, options.in()).put(contextAt, options.context());

    long base = Native.address(memory);
    ByteBuffer raw = OPTIONS.get();
    raw.putLong(0, Layout.TEST_RUN_SIZE)
        .putLong(Layout.TEST_RUN_DATA_IN, inSize == 0 ? 0 : base)
        .putInt(Layout.TEST_RUN_DATA_SIZE_IN, inSize)
        .putLong(Layout.TEST_RUN_DATA_OUT, outSize == 0 ? 0 : base + outAt)
        .putInt(Layout.TEST_RUN_DATA_SIZE_OUT, outSize)
        .putLong(Layout.TEST_RUN_CTX_IN, contextSize == 0 ? 0 : base + contextAt)
        .putInt(Layout.TEST_RUN_CTX_SIZE_IN, contextSize)
        .putLong(Layout.TEST_RUN_CTX_OUT, contextOut ? base + contextOutAt : 0)
        .putInt(Layout.TEST_RUN_CTX_SIZE_OUT, contextOut ? contextSize : 0)
        .putInt(Layout.TEST_RUN_RETVAL, 0)
        .putInt(Layout.TEST_RUN_REPEAT, syscall ? 0 : options.repeat())
        .putInt(Layout.TEST_RUN_DURATION, 0)
        .putInt(Layout.TEST_RUN_FLAGS, options.flags())
        .putInt(Layout.TEST_RUN_CPU, options.cpu())
        .putInt(Layout.TEST_RUN_BATCH_SIZE, options.batchSize());
    int result = Native.bpf().bpf_prog_test_run_opts(program.fd(), Native.address(raw));
    Native.check(result, "test-run", program.toString());

    byte[] out = copy(memory, outAt, outSize == 0 ? 0 : raw.getInt(Layout.TEST_RUN_DATA_SIZE_OUT));
    int contextOutSize = contextOut ? raw.getInt(Layout.TEST_RUN_CTX_SIZE_OUT) : syscall ? contextSize : 0;
    byte[] context = copy(memory, contextOutAt, contextOutSize);
    Reference.reachabilityFence(memory);
    return new TestRunResult(raw.getInt(Layout.TEST_RUN_RETVAL), out, context, raw.getInt(Layout.TEST_RUN_DURATION));
  }

  private static ByteBuffer memory(int sizeBytes) {
    ByteBuffer memory = MEMORY.get();
    if (memory.capacity() < sizeBytes) {
      memory = Native.allocate(sizeBytes);
      MEMORY.set(memory);
    }
    return memory;
  }

  private static byte[] copy(ByteBuffer memory, int at, int sizeBytes) {
    byte[] bytes = new byte[sizeBytes];
    memory.get(at, bytes);
    return bytes;
  }

  private static int align(int sizeBytes) {
    return (sizeBytes + 7) & ~7;
  }
}
