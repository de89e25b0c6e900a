// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import io.xlvs.loader.internal.Errno;
import java.util.List;

/** An existing map does not fit the definition (or the codec) that should use it. */
public final class IncompatibleMapException extends BpfException {
  private static final long serialVersionUID = 1L;

  private final List<String> differences;

  /**
   * @param object the map, and where it was found
   * @param differences one line per difference, "attribute: existing value -> wanted value"
   */
  public IncompatibleMapException(String object, List<String> differences) {
    super("reuse", object, Errno.EINVAL, String.join("; ", differences));
    this.differences = List.copyOf(differences);
  }

  /** One line per difference: "attribute: existing -> wanted". */
  public List<String> differences() {
    return differences;
  }
}
