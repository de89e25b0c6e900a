// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** wrk, for a second at a time. */
final class Wrk {
  /** So many at once: enough to keep every CPU busy, few enough for a proxy to be at its best. */
  static final int CONNECTIONS = 64;

  private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in ([\\d.]+)(us|ms|s|m)");
  private static final Pattern P99 = Pattern.compile("\\n +99% +([\\d.]+)(us|ms|s|m)\\n");
  private static final Pattern ERRORS = Pattern.compile("Socket errors: .*|Non-2xx or 3xx responses: .*");
  private static final Map<String, Double> SECONDS = Map.of("us", 1e-6, "ms", 1e-3, "s", 1.0, "m", 60.0);

  private Wrk() {}

  /**
   * What it found.
   *
   * @param requests answered
   * @param seconds it took
   * @param p99Millis latency that 1 of 100 requests exceeded
   */
  record Result(long requests, double seconds, double p99Millis) {}

  /** Its command line. */
  static List<String> command(Contender contender, boolean keepAlive) {
    List<String> words = new ArrayList<>(List.of("wrk", "-t1", "-c" + CONNECTIONS, "-d1s", "--latency"));
    if (!keepAlive) {
      words.addAll(List.of("-H", "Connection: close"));
    }
    words.add("http://" + contender.address + ":" + contender.port + "/");
    return words;
  }

  /** Reads what it prints; an answer that was wrong or missing fails. */
  static Result parse(String output) {
    Matcher errors = ERRORS.matcher(output);
    Matcher requests = REQUESTS.matcher(output);
    Matcher p99 = P99.matcher(output);
    if (errors.find() || !requests.find() || !p99.find()) {
      throw new IllegalStateException("wrk did not get all its answers:\n" + output);
    }
    return new Result(
        Long.parseLong(requests.group(1)), seconds(requests.group(2), requests.group(3)), seconds(p99.group(1), p99.group(2)) * 1e3);
  }

  private static double seconds(String number, String unit) {
    return Double.parseDouble(number) * SECONDS.get(unit);
  }
}
