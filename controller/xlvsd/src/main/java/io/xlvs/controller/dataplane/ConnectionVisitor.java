// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

/** Receives connections one by one. */
@FunctionalInterface
public interface ConnectionVisitor {
  /** Returns false to stop the walk. */
  boolean visit(ConnectionEntry entry);
}
