// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import java.nio.file.Path;

/** No daemon at the socket; each grammar has its own exit status for it. */
public final class Unreachable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** @param reason what is wrong and what to do about it */
  public Unreachable(Path socket, String reason) {
    super("Can't connect to xlvsd at " + socket + ": " + reason, null, false, false);
  }
}
