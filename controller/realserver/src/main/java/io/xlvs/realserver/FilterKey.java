// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import io.xlvs.loader.link.TcFilter;
import io.xlvs.loader.link.TcHook.Direction;

/**
 * A filter of ours on an interface. The handle is the ifindex of the instance's own interface, so that instances that lower the
 * MSS on the same outgoing interface do not collide.
 */
record FilterKey(String device, Direction direction, int handle) {
  /** Early, so that what others attach sees packets outside the tunnel. */
  private static final int PRIORITY = 100;

  static FilterKey parse(String text) {
    String[] words = text.split("/");
    return new FilterKey(words[0], Direction.valueOf(words[1]), Integer.parseInt(words[2]));
  }

  TcFilter identity() {
    return new TcFilter(handle, PRIORITY);
  }

  @Override
  public String toString() {
    return device + "/" + direction + "/" + handle;
  }
}
