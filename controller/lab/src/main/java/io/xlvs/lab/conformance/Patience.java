// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

/**
 * How long a client waits for an answer: nearly as long as it takes where one is expected, since the machine may be slow, and a while
 * where silence is.
 *
 * @param expected the letters of {@link Traffic}, one for each connection or datagram; null when nobody knows them
 */
record Patience(String expected) {
  static final Patience OF_A_RECORDING = new Patience(null);

  private static final int ANSWER_MILLIS = 60_000;
  private static final int SILENCE_MILLIS = 2_000;
  private static final int UNKNOWN_MILLIS = 15_000;

  int millis(int index) {
    if (expected == null) {
      return UNKNOWN_MILLIS;
    }
    return index < expected.length() && expected.charAt(index) == Traffic.SILENCE ? SILENCE_MILLIS : ANSWER_MILLIS;
  }
}
