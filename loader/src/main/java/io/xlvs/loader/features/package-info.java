// SPDX-License-Identifier: Apache-2.0
/**
 * Probes of what the running kernel supports.
 */
package io.xlvs.loader.features;
