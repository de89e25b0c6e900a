// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.map;

import io.xlvs.loader.internal.Layout;
import io.xlvs.loader.internal.Native;
import java.nio.ByteBuffer;

/** The in/out count and the options struct of a batch call, one pair per thread. */
final class BatchArguments {
  private static final ThreadLocal<BatchArguments> CURRENT = ThreadLocal.withInitial(BatchArguments::new);
  private static final int OPTIONS_OFFSET = 8;

  private final ByteBuffer memory = Native.allocate(OPTIONS_OFFSET + Layout.MAP_BATCH_SIZE);
  private final long address = Native.address(memory);

  private BatchArguments() {
    memory.putLong(OPTIONS_OFFSET, Layout.MAP_BATCH_SIZE);
  }

  static BatchArguments get() {
    return CURRENT.get();
  }

  BatchArguments prepare(int count) {
    memory.putInt(0, count);
    return this;
  }

  int count() {
    return memory.getInt(0);
  }

  /** Elements done by a call that failed: an early failure leaves the count as it was, and a failure never does all. */
  int done(int count) {
    return count() == count ? 0 : count();
  }

  long countAddress() {
    return address;
  }

  long optionsAddress() {
    return address + OPTIONS_OFFSET;
  }
}
