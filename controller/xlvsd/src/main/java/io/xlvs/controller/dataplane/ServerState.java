// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

/**
 * Live state of a real server.
 *
 * @param active connections that IPVS counts as active (established)
 * @param inactive the other connections
 * @param persistent persistence templates
 * @param reachable whether the director knows the way (interface and MAC address) to it
 */
public record ServerState(long active, long inactive, long persistent, boolean reachable) {
  public static final ServerState UNKNOWN = new ServerState(0, 0, 0, false);
}
