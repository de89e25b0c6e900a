// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

/**
 * Input of a test run. Build with {@link #packet}, {@link #context} and the {@code with} methods.
 *
 * @param in the packet; empty for program types without data
 * @param context the context struct ({@code xdp_md}, {@code __sk_buff}, a syscall program's argument); empty for none
 * @param repeat runs; the result is that of the last one
 * @param flags {@code BPF_F_TEST_*}
 * @param batchSize packets per batch of {@link #LIVE_FRAMES}; 0 leaves it to the kernel (64)
 * @param cpu the CPU to run on, only with {@link #RUN_ON_CPU}
 * @param outSizeBytes room for the packet afterwards
 */
public record TestRunOptions(
    byte[] in, byte[] context, int repeat, int flags, int batchSize, int cpu, int outSizeBytes) {
  /** BPF_F_TEST_RUN_ON_CPU (tracing programs only). */
  public static final int RUN_ON_CPU = 1;

  /** BPF_F_TEST_XDP_LIVE_FRAMES: frames are really sent, redirected or passed to the stack; nothing comes back. */
  public static final int LIVE_FRAMES = 2;

  /** What programs add at most in practice: encapsulation headers and options. */
  private static final int GROWTH_BYTES = 512;

  /** Runs once on a packet. */
  public static TestRunOptions packet(byte[] packet) {
    return new TestRunOptions(packet, new byte[0], 1, 0, 0, 0, packet.length + GROWTH_BYTES);
  }

  /** Runs once on a context alone, as {@code syscall} programs want it. */
  public static TestRunOptions context(byte[] context) {
    return new TestRunOptions(new byte[0], context, 1, 0, 0, 0, 0);
  }

  public TestRunOptions withContext(byte[] newContext) {
    return new TestRunOptions(in, newContext, repeat, flags, batchSize, cpu, outSizeBytes);
  }

  public TestRunOptions withRepeat(int newRepeat) {
    return new TestRunOptions(in, context, newRepeat, flags, batchSize, cpu, outSizeBytes);
  }

  public TestRunOptions withFlags(int newFlags) {
    return new TestRunOptions(in, context, repeat, newFlags, batchSize, cpu, outSizeBytes);
  }

  public TestRunOptions withBatchSize(int newBatchSize) {
    return new TestRunOptions(in, context, repeat, flags, newBatchSize, cpu, outSizeBytes);
  }

  public TestRunOptions withCpu(int newCpu) {
    return new TestRunOptions(in, context, repeat, flags | RUN_ON_CPU, batchSize, newCpu, outSizeBytes);
  }

  public TestRunOptions withOutSize(int newOutSizeBytes) {
    return new TestRunOptions(in, context, repeat, flags, batchSize, cpu, newOutSizeBytes);
  }
}
