// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import java.util.List;

/**
 * Live figures of a service.
 *
 * @param counters the sum of its servers' and what removed servers left
 * @param servers in the order of the service's servers
 */
public record ServiceFigures(Counters counters, List<ServerFigures> servers) {}
