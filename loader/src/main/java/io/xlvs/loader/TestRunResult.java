// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

/**
 * Outcome of a test run.
 *
 * @param returnValue what the program returned (a verdict, or an error number of a syscall program)
 * @param out the packet afterwards; empty with live frames and without data
 * @param context the context afterwards; empty when none was given
 * @param durationNs average time of a run, 0 for program types that do not measure
 */
public record TestRunResult(int returnValue, byte[] out, byte[] context, int durationNs) {}
