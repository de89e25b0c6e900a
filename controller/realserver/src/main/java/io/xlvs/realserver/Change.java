// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

/**
 * One thing that an instance relies on: how it was and how it has to be. Both are equal when nothing had to be changed; it is
 * recorded all the same, so that another instance does not restore it while this one needs it.
 *
 * @param key what, in the words of its kind
 * @param before value found
 * @param after value needed
 */
record Change(Kind kind, String key, String before, String after) {
  static final String PRESENT = "present";
  static final String ABSENT = "absent";

  boolean isSameThing(Change other) {
    return kind == other.kind && key.equals(other.key);
  }

  boolean changesSomething() {
    return !before.equals(after);
  }

  Change withBefore(String newBefore) {
    return new Change(kind, key, newBefore, after);
  }

  /** For people. */
  String describe() {
    return switch (kind) {
      case SYSCTL -> key.replace('/', '.').replaceFirst("^net\\.(ipv[46])\\.conf\\.", "net.$1.conf.") + " = " + after;
      case ADDRESS -> key + " on lo";
      case QDISC -> "clsact qdisc on " + key;
      case FILTER -> "filter " + key;
    };
  }
}
