// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.map;

import io.xlvs.loader.BpfException;
import io.xlvs.loader.internal.Errno;
import io.xlvs.loader.internal.LibBpf;
import io.xlvs.loader.internal.Native;
import io.xlvs.loader.internal.PrintCapture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * Consumer of a ring buffer map. Not for use by several threads at once.
 *
 * <p>The handler gets each record as a read-only view in native byte order that is valid only during the call. An exception
 * from it stops the batch and comes out of {@link #poll} or {@link #consume}; that record counts as consumed.
 */
public final class RingBuffer implements AutoCloseable {
  private static final int GO_ON = 0;
  private static final int STOP = -Errno.ECANCELED;

  private final String object;
  private final Consumer<ByteBuffer> handler;

  /** Native code holds only its address: this reference keeps the callback alive. */
  private final LibBpf.SampleFunction function = this::sample;

  private long ring;
  private RuntimeException handlerFailure;

  /**
   * Opens a consumer; the caller closes it. The map may be closed before.
   *
   * @param map of type RINGBUF
   */
  public RingBuffer(RawMap map, Consumer<ByteBuffer> handler) {
    this.object = "ring buffer '" + map.name() + "'";
    this.handler = handler;
    try (PrintCapture capture = PrintCapture.open()) {
      this.ring = Native.bpf().ring_buffer__new(map.fd(), function, 0, 0);
      if (ring == 0) {
        int errno = Native.lastErrno();
        throw new BpfException("open", object, errno, capture.take());
      }
    }
  }

  /**
   * Waits for records and handles all there are.
   *
   * @param timeoutMs longest wait, -1 for ever; 0 does not wait
   * @return how many records were handled; 0 after a timeout or a signal
   */
  public int poll(int timeoutMs) {
    return finish(Native.bpf().ring_buffer__poll(open(), timeoutMs), "poll");
  }

  /** Handles all records there are, including those whose producer asked for no wake-up. */
  public int consume() {
    return finish(Native.bpf().ring_buffer__consume(open()), "consume");
  }

  /** Unmaps the buffer. Idempotent. */
  @Override
  public void close() {
    if (ring != 0) {
      Native.bpf().ring_buffer__free(ring);
      ring = 0;
    }
  }

  private long open() {
    if (ring == 0) {
      throw new IllegalStateException(object + " is closed");
    }
    return ring;
  }

  private int finish(int result, String operation) {
    RuntimeException failure = handlerFailure;
    handlerFailure = null;
    if (failure != null) {
      throw failure;
    }
    if (result == -Errno.EINTR) {
      return 0;
    }
    return Native.check(result, operation, object);
  }

  /** Exceptions must not cross native frames: they wait in a field for the end of the batch. */
  private int sample(long context, long data, long sizeBytes) {
    try {
      handler.accept(Native.view(data, (int) sizeBytes).asReadOnlyBuffer().order(ByteOrder.nativeOrder()));
      return GO_ON;
    } catch (RuntimeException e) {
      handlerFailure = e;
      return STOP;
    }
  }
}
