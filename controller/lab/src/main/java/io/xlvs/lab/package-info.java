// SPDX-License-Identifier: Apache-2.0
/**
 * A lab of network namespaces on one machine: a client, a director running xlvsd, three real servers with real HTTP and UDP programs.
 * {@link io.xlvs.lab.Lab} owns all of it: closing it leaves nothing behind, and what a killed lab left is removed by the next one.
 */
package io.xlvs.lab;
