// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which lines count as the same. Timers ran for a while before they were listed: somewhere between not at all and as long as the scenario
 * had lasted, which was measured in both runs.
 *
 * @param recordedAge see {@link Answer#age}, in the recording
 * @param playedAge the same in what is compared with it
 */
record Yardstick(int recordedAge, int playedAge) {
  /** Of connection listings. */
  static final Pattern TIMER = Pattern.compile("^((?:TCP|UDP|SCTP|IP) +)(\\d+):(\\d\\d) ");

  /** Of a listing's first line: the size of the connection table, which is each one's own. */
  private static final Pattern SIZE = Pattern.compile("\\(size=\\d+\\)");

  /** Listings show whole seconds. */
  private static final int ROUNDING_SECONDS = 1;

  boolean same(List<String> expected, List<String> answer) {
    if (expected.size() != answer.size()) {
      return false;
    }
    for (int i = 0; i < expected.size(); i++) {
      if (!same(expected.get(i).stripTrailing(), answer.get(i).stripTrailing())) {
        return false;
      }
    }
    return true;
  }

  private boolean same(String expected, String answer) {
    if (expected.startsWith(Balancer.ERROR)) {
      return sameError(expected, answer);
    }
    if (Draw.is(expected) && Draw.is(answer)) {
      return Draw.parse(expected).sameDistribution(Draw.parse(answer));
    }
    Matcher a = TIMER.matcher(expected);
    Matcher b = TIMER.matcher(answer);
    if (a.find() && b.find()) {
      int later = seconds(b) - seconds(a);
      return later >= -playedAge - ROUNDING_SECONDS && later <= recordedAge + ROUNDING_SECONDS
          && (a.group(1) + expected.substring(a.end())).equals(b.group(1) + answer.substring(b.end()));
    }
    return SIZE.matcher(expected).replaceFirst("").equals(SIZE.matcher(answer).replaceFirst(""));
  }

  private static int seconds(Matcher timer) {
    return Integer.parseInt(timer.group(2)) * 60 + Integer.parseInt(timer.group(3));
  }

  /** lbctl's line begins with ipvsadm's words, and goes on with what they are about; where ipvsadm only says where to read on, it ends with that. */
  private static boolean sameError(String expected, String answer) {
    if (expected.startsWith(Balancer.ERROR + "Try `ipvsadm -h'")) {
      return answer.endsWith("try `lbctl -h' or 'lbctl --help' for more information");
    }
    String words = expected.replace("ipvsadm", "lbctl");
    return answer.equals(words) || answer.startsWith(words + ": ");
  }
}
