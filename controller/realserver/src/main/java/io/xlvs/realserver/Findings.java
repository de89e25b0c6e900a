// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What {@code check} found, in order; one line each. */
final class Findings {
  /** How a thing is, compared with how it has to be. */
  enum Verdict {
    OK("ok"),
    MISSING("MISSING"),
    WRONG("WRONG"),
    /** Says something, asks nothing. */
    NOTE("note");

    private final String word;

    Verdict(String word) {
      this.word = word;
    }
  }

  /**
   * @param what the thing
   * @param remedy what is wrong with it and what to do; empty when it is right
   */
  record Finding(Verdict verdict, String what, String remedy) {
    @Override
    public String toString() {
      String line = String.format("%-8s %s", verdict.word, what);
      return remedy.isEmpty() ? line : line + ": " + remedy;
    }
  }

  private final List<Finding> all = new ArrayList<>();

  List<Finding> all() {
    return List.copyOf(all);
  }

  boolean allRight() {
    return all.stream().allMatch(finding -> finding.verdict() == Verdict.OK || finding.verdict() == Verdict.NOTE);
  }

  void ok(String what) {
    all.add(new Finding(Verdict.OK, what, ""));
  }

  void missing(String what, String remedy) {
    all.add(new Finding(Verdict.MISSING, what, remedy));
  }

  void wrong(String what, String remedy) {
    all.add(new Finding(Verdict.WRONG, what, remedy));
  }

  void note(String what) {
    all.add(new Finding(Verdict.NOTE, what, ""));
  }

  void expect(String what, boolean right, String remedy) {
    if (right) {
      ok(what);
    } else {
      wrong(what, remedy);
    }
  }

  void expectSame(String what, Collection<?> actual, Collection<?> expected) {
    String wanted = sorted(expected);
    String found = sorted(actual);
    expect(what + ": " + wanted, found.equals(wanted), "found '" + found + "'; run 'up' again");
  }

  private static String sorted(Collection<?> items) {
    return items.stream()
        .map(item -> item instanceof InetAddress address ? Literals.text(address) : item.toString())
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .collect(Collectors.joining(", "));
  }

  /** Counters that are not zero, as notes. */
  void counters(Map<Count, Long> counts) {
    counts.forEach(
        (count, sum) -> {
          if (sum != 0) {
            note(sum + " " + count.meaning());
          }
        });
  }
}
