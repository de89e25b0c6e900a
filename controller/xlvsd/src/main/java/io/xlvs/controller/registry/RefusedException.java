// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import java.util.List;

/** A change was refused as a whole; nothing was changed. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  RefusedException(List<Problem> problems) {
    super(problems.get(0).message());
    this.problems = List.copyOf(problems);
  }

  /** All problems in the order of the operations, at least one. */
  public List<Problem> problems() {
    return problems;
  }
}
