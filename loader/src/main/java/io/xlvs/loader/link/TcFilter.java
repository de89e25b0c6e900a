// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.link;

/**
 * Identity of a filter on a tc hook.
 *
 * @param handle at least 1
 * @param priority 1 (first) to 65535
 */
public record TcFilter(int handle, int priority) {
  public TcFilter {
    if (handle < 1) {
      throw new IllegalArgumentException("handle is " + handle + ": must be at least 1");
    }
    if (priority < 1 || priority > 65535) {
      throw new IllegalArgumentException("priority is " + priority + ": must be in 1..65535");
    }
  }
}
