// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.internal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Routes libbpf's messages. libbpf prints on the thread that called it, so a caller that wants the words behind an error
 * opens a capture around its call. What no error message took up goes to the process-wide handler (by default nowhere) when the
 * capture is closed, and so does what is printed outside any capture.
 */
public final class PrintCapture implements AutoCloseable {
  private static final int LIBBPF_DEBUG = 2;
  private static final int MESSAGE_BYTES = 8192;
  private static final ThreadLocal<PrintCapture> CURRENT = new ThreadLocal<>();
  private static final ThreadLocal<ByteBuffer> TEXT = ThreadLocal.withInitial(() -> Native.allocate(MESSAGE_BYTES));

  /** Native code holds only the function's address: this reference keeps the callback alive. */
  private static final LibBpf.PrintFunction FUNCTION = PrintCapture::print;

  private static volatile Consumer<String> handler = message -> {};

  private final PrintCapture outer = CURRENT.get();
  private final List<String> messages = new ArrayList<>();

  private PrintCapture() {}

  static void install(LibBpf library) {
    library.libbpf_set_print(FUNCTION);
  }

  /** Where messages go that are part of no exception. The handler runs on the thread that called libbpf and must not throw. */
  public static void setHandler(Consumer<String> newHandler) {
    handler = newHandler;
  }

  /** Collects this thread's messages until closed. */
  public static PrintCapture open() {
    PrintCapture capture = new PrintCapture();
    CURRENT.set(capture);
    return capture;
  }

  /** What libbpf has said since {@link #open()}, in one line; it now belongs to the caller. */
  public String take() {
    String text = String.join("; ", messages);
    messages.clear();
    return text;
  }

  @Override
  public void close() {
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
    messages.forEach(handler);
  }

  private static int print(int level, long format, long vaList) {
    if (level >= LIBBPF_DEBUG) {
      return 0;
    }
    ByteBuffer text = TEXT.get();
    int length = Native.libc().vsnprintf(Native.address(text), MESSAGE_BYTES, format, vaList);
    String message = Native.string(text, 0, MESSAGE_BYTES).strip();
    PrintCapture capture = CURRENT.get();
    if (capture != null) {
      capture.messages.add(message);
    } else {
      handler.accept(message);
    }
    return length;
  }
}
