// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

/** Ports and other decimal numbers in text. */
final class Ports {
  private Ports() {}

  static int requirePort(int port) {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is out of range: 0..65535 would be right");
    }
    return port;
  }

  /** Decimal digits only, no sign, no leading zero. */
  static long parseDecimal(String text, String what, long max) {
    boolean digits = !text.isEmpty() && text.length() <= 10 && (text.length() == 1 || text.charAt(0) != '0');
    for (int i = 0; digits && i < text.length(); i++) {
      digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    long value = digits ? Long.parseLong(text) : -1;
    if (value < 0 || value > max) {
      throw new IllegalArgumentException(what + " \"" + text + "\" is not a decimal number 0.." + max);
    }
    return value;
  }
}
