// SPDX-License-Identifier: Apache-2.0
/**
 * Scenarios whose answers were recorded from IPVS, played to xlvs and compared: {@code make conformance}. A scenario is a transcript:
 * commands, each followed by what IPVS answered and, where xlvs means to answer otherwise, by the name of the difference and xlvs's
 * answer. Where a kernel has ip_vs, the same program records them anew.
 */
package io.xlvs.lab.conformance;
