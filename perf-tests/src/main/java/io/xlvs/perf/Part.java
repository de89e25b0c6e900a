// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

/** A part of {@code make bench}: it measures on its own and reports what it found. */
interface Part {
  /** One word, for {@code --parts}. */
  String name();

  /** What is measured and how, a line or two above its table. */
  String title();

  /** Measures; fails when a program that is measured does not do its work. */
  void run(Report report) throws Exception;
}
