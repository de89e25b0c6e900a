// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.OptionalInt;

/** Addresses and numbers as ipvsadm reads them from its command line. */
final class Addresses {
  /** Any number of so many digits fits a long. */
  private static final int MOST_DIGITS = 18;
  private static final long MAX_U32 = 0xffff_ffffL;

  private Addresses() {}

  /** Text in the form that the API takes: dotted quad or RFC 5952. */
  static String text(InetAddress address) {
    return InetAddresses.toAddrString(address);
  }

  /** {@code 10.0.0.100:80} or {@code [fd00::100]:80}. */
  static String withPort(InetAddress address, String port) {
    return address instanceof Inet6Address ? "[" + text(address) + "]:" + port : text(address) + ":" + port;
  }

  /** An IPv6 address in text form without a zone, or null if the text is none. */
  static InetAddress ipv6(String text) {
    if (text.indexOf(':') < 0 || text.indexOf('%') >= 0 || !InetAddresses.isInetAddress(text)) {
      return null;
    }
    InetAddress address = InetAddresses.forString(text);
    return address instanceof Inet6Address ? address : null;
  }

  /**
   * An IPv4 address in one of inet_aton(3)'s forms: one to four parts, decimal or hexadecimal ({@code 0x}), the last of
   * which fills the bytes that are left ({@code 10.100} is 10.0.0.100). Octal parts, which begin with 0, are refused:
   * nobody who writes 010 means 8.
   *
   * @return the address, or null if the text is none
   */
  static InetAddress ipv4(String text) {
    long value = 0;
    int start = 0;
    for (int bitsLeft = 32; ; bitsLeft -= 8) {
      int dot = text.indexOf('.', start);
      boolean last = dot < 0;
      long part = part(text.substring(start, last ? text.length() : dot));
      if (part < 0 || part > (last ? MAX_U32 >>> (32 - bitsLeft) : 0xff) || !last && bitsLeft == 8) {
        return null;
      }
      if (last) {
        return InetAddresses.fromInteger((int) (value << bitsLeft | part));
      }
      value = value << 8 | part;
      start = dot + 1;
    }
  }

  /** Whether a text would be an IPv4 address if its leading zeros were taken for octal numbers. */
  static boolean hasOctalPart(String text) {
    return text.matches("(0x[0-9a-fA-F]+|\\d+)(\\.(0x[0-9a-fA-F]+|\\d+)){0,3}") && ("." + text).matches(".*\\.0\\d.*");
  }

  /** A decimal or hexadecimal number of at most 10 digits, or -1. */
  private static long part(String text) {
    boolean hexadecimal = text.startsWith("0x") || text.startsWith("0X");
    String digits = hexadecimal ? text.substring(2) : text;
    if (digits.isEmpty() || digits.length() > 10 || !hexadecimal && digits.length() > 1 && digits.charAt(0) == '0') {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(i) < 128 ? Character.digit(digits.charAt(i), hexadecimal ? 16 : 10) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value * (hexadecimal ? 16 : 10) + digit;
    }
    return value;
  }

  /** The address as an unsigned 32-bit number. */
  static int toInt(InetAddress address) {
    return InetAddresses.coerceToInteger((Inet4Address) address);
  }

  /** Dotted quad of a 32-bit number. */
  static String ipv4Text(int value) {
    return text(InetAddresses.fromInteger(value));
  }

  /** A decimal number within limits, or empty. */
  static OptionalInt number(String text, int min, int max) {
    int start = text != null && text.startsWith("-") ? 1 : 0;
    if (text == null || !isDigits(text, start) || text.length() - start > MOST_DIGITS) {
      return OptionalInt.empty();
    }
    long value = Long.parseLong(text);
    return value < min || value > max ? OptionalInt.empty() : OptionalInt.of((int) value);
  }

  /** Whether there is something from here on, and nothing but decimal digits. */
  static boolean isDigits(String text, int start) {
    for (int i = start; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return start < text.length();
  }
}
