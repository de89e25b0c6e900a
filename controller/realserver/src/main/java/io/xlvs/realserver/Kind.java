// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

/** Kinds of things on a host that are changed and restored. */
enum Kind {
  /** Key: path under /proc/sys; value: its text. */
  SYSCTL,
  /** Key: address on lo; value: {@link Change#PRESENT} or {@link Change#ABSENT}. */
  ADDRESS,
  /** Key: interface; value: whether it has a clsact qdisc. */
  QDISC,
  /** Key: "interface/direction/handle"; value: whether our filter is there. */
  FILTER
}
