// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import java.util.Map;
import java.util.TreeMap;

/**
 * How many connections each server got from a scheduler that draws lots, as "drawn: 1 200, 2 100, 3 50". Two such lines count as the same
 * if both can be samples of one distribution, by the chi-square test of homogeneity.
 *
 * @param counts by the letter of the answer
 */
record Draw(Map<Character, Integer> counts) {
  private static final String WORD = "drawn: ";

  /** The statistic of the same distribution exceeds it once in 20,000 times with three servers (two degrees of freedom: exp(-20 / 2)). */
  private static final double BOUND = 20;

  static Draw of(String answers) {
    Map<Character, Integer> counts = new TreeMap<>();
    answers.chars().forEach(letter -> counts.merge((char) letter, 1, Integer::sum));
    return new Draw(counts);
  }

  static boolean is(String line) {
    return line.startsWith(WORD);
  }

  static Draw parse(String line) {
    Map<Character, Integer> counts = new TreeMap<>();
    for (String share : line.substring(WORD.length()).split(", ")) {
      counts.put(share.charAt(0), Integer.parseInt(share.substring(2)));
    }
    return new Draw(counts);
  }

  String line() {
    StringBuilder line = new StringBuilder(WORD);
    counts.forEach((letter, count) -> line.append(line.length() > WORD.length() ? ", " : "").append(letter).append(' ').append(count));
    return line.toString();
  }

  boolean sameDistribution(Draw other) {
    return counts.keySet().equals(other.counts.keySet()) && chiSquare(other) <= BOUND;
  }

  /** Of the table of two rows that the counts make. */
  double chiSquare(Draw other) {
    double here = total();
    double there = other.total();
    double sum = 0;
    for (Map.Entry<Character, Integer> entry : counts.entrySet()) {
      double a = entry.getValue();
      double b = other.counts.getOrDefault(entry.getKey(), 0);
      double difference = Math.sqrt(there / here) * a - Math.sqrt(here / there) * b;
      sum += difference * difference / (a + b);
    }
    return sum;
  }

  private int total() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }
}
