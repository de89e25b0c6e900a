// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

/** State and counters of one real server. */
public record ServerFigures(ServerState state, Counters counters) {
  public static final ServerFigures NONE = new ServerFigures(ServerState.UNKNOWN, Counters.ZERO);
}
