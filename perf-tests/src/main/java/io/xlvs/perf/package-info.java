// SPDX-License-Identifier: Apache-2.0
/** Measurements of the data plane: nanoseconds a packet beside floor programs, in one run. */
package io.xlvs.perf;
