// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

/** How many entries of each kind were deleted, or would be. */
public record DeletedConnections(long connections, long templates) {}
