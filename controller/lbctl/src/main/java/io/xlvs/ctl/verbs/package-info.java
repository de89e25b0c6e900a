// SPDX-License-Identifier: Apache-2.0
/**
 * The modern grammar, {@code lbctl service list}: a noun, then a verb. Data goes to standard output as a table, JSON or YAML,
 * words go to standard error. Exit statuses: 0 done, 1 not found or refused, 2 wrong usage, 3 xlvsd cannot be reached.
 */
package io.xlvs.ctl.verbs;
