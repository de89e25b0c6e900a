// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.util.Locale;
import org.slf4j.event.KeyValuePair;

/** One line an event: time=... level=... logger=... message="..." and the event's own pairs. Line breaks are written as \n. */
final class KeyValueLayout extends LayoutBase<ILoggingEvent> {
  @Override
  public String doLayout(ILoggingEvent event) {
    String logger = event.getLoggerName();
    StringBuilder line = new StringBuilder(160)
        .append("time=").append(Instant.ofEpochMilli(event.getTimeStamp()))
        .append(" level=").append(event.getLevel().toString().toLowerCase(Locale.ROOT))
        .append(" logger=").append(logger, logger.lastIndexOf('.') + 1, logger.length());
    append(line, "message", event.getFormattedMessage());
    if (event.getKeyValuePairs() != null) {
      for (KeyValuePair pair : event.getKeyValuePairs()) {
        append(line, pair.key, String.valueOf(pair.value));
      }
    }
    if (event.getThrowableProxy() != null) {
      append(line, "error", ThrowableProxyUtil.asString(event.getThrowableProxy()).strip());
    }
    return line.append('\n').toString();
  }

  private static void append(StringBuilder line, String key, String value) {
    line.append(' ').append(key).append('=');
    if (!value.isEmpty() && value.chars().allMatch(c -> c > ' ' && c != '"' && c != '=' && c != 0x7f)) {
      line.append(value);
      return;
    }
    line.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"', '\\' -> line.append('\\').append(c);
        case '\n' -> line.append("\\n");
        case '\t' -> line.append("\\t");
        case '\r' -> line.append("\\r");
        default -> line.append(c < ' ' ? '?' : c);
      }
    }
    line.append('"');
  }
}
