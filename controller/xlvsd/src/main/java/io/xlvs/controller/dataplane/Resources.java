// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import java.util.List;

/** Closing several things though some fail. */
final class Resources {
  private Resources() {}

  /** Closes all in order; the first failure is thrown with the others suppressed. */
  static void closeAll(List<? extends AutoCloseable> resources) {
    RuntimeException failure = null;
    for (AutoCloseable resource : resources) {
      try {
        resource.close();
      } catch (Exception e) {
        RuntimeException wrapped = e instanceof RuntimeException r ? r : new IllegalStateException(e);
        if (failure == null) {
          failure = wrapped;
        } else {
          failure.addSuppressed(wrapped);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
