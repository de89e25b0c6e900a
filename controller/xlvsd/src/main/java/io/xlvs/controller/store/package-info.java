// SPDX-License-Identifier: Apache-2.0
/** Keeps the configuration over restarts: one directory, one daemon, crash-safe snapshots. */
package io.xlvs.controller.store;
