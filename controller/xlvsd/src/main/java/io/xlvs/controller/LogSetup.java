// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.LoggerFactory;

/**
 * Logging to stderr, set up in code: reading logback's XML takes a quarter of a second. It is also logback's configurator, so that nothing
 * is searched on the class path before {@link #apply} is called.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
  @Override
  public ExecutionStatus configure(LoggerContext context) {
    set(context, false, Level.WARN);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** Sets format and level of the whole process. */
  static void apply(boolean json, String level) {
    set((LoggerContext) LoggerFactory.getILoggerFactory(), json, Level.toLevel(level));
    LibraryLog.install();
  }

  private static void set(LoggerContext context, boolean json, Level level) {
    Encoder<ILoggingEvent> encoder = json ? new JsonEncoder() : text(context);
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    root.addAppender(appender);
    root.setLevel(Level.WARN);
    context.getLogger("io.xlvs").setLevel(level);
    // It warns of every stream that a client gave up; what is wrong with a client is the client's matter.
    context.getLogger("io.grpc.netty").setLevel(Level.ERROR);
  }

  private static Encoder<ILoggingEvent> text(LoggerContext context) {
    KeyValueLayout layout = new KeyValueLayout();
    layout.setContext(context);
    layout.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setLayout(layout);
    return encoder;
  }
}
