// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.store;

import java.time.Instant;
import java.util.Optional;

/**
 * A configuration that can be gone back to.
 *
 * @param time when it was made; empty: an xlvsd made it that did not write that down
 * @param services how many virtual services it has
 * @param servers how many real servers these have together
 */
public record KeptRevision(long revision, Optional<Instant> time, int services, long servers) {}
