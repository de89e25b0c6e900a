// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import java.util.Map;

/** Look-up by name with a message that lists what there is. */
final class Names {
  private Names() {}

  static <T> T get(Map<String, T> all, String kind, String name, String owner) {
    T found = all.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "no " + kind + " '" + name + "' in collection '" + owner + "'; it has: " + String.join(", ", all.keySet()));
    }
    return found;
  }
}
