// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import java.util.List;

/**
 * What came of a step.
 *
 * @param lines of it
 * @param age whole seconds, rounded up, from the scenario's first packet to the end of this step, without what "pass" let pass: so much
 *     lower than full may a timer be
 */
record Answer(List<String> lines, int age) {}
