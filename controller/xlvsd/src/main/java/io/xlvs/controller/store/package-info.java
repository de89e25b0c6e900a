// SPDX-License-Identifier: Apache-2.0
/** Keeps the configuration over restarts: one directory, one daemon, a crash-safe log of changes. */
package io.xlvs.controller.store;
