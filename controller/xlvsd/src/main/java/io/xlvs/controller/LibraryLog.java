// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.slf4j.LoggerFactory;

/** Takes what libraries (gRPC) say through java.util.logging, warnings and worse, into our log and its format. */
final class LibraryLog extends Handler {
  private final SimpleFormatter formatter = new SimpleFormatter();

  /** Replaces the handlers of java.util.logging, which write lines of their own form to standard error. */
  static void install() {
    LogManager.getLogManager().reset();
    Logger root = Logger.getLogger("");
    root.setLevel(Level.WARNING);
    root.addHandler(new LibraryLog());
  }

  @Override
  public void publish(LogRecord line) {
    org.slf4j.event.Level level =
        line.getLevel().intValue() >= Level.SEVERE.intValue() ? org.slf4j.event.Level.ERROR : org.slf4j.event.Level.WARN;
    LoggerFactory.getLogger(String.valueOf(line.getLoggerName())).atLevel(level).setCause(line.getThrown())
        .log(formatter.formatMessage(line));
  }

  @Override
  public void flush() {
    // Lines are passed on at once.
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
