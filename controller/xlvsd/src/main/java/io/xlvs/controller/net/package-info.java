// SPDX-License-Identifier: Apache-2.0
/**
 * The host's network as the kernel's rtnetlink shows it: interfaces, addresses, routes and neighbours, and their changes.
 * Everything concerns the network namespace of the thread that opens {@link io.xlvs.controller.net.Rtnetlink} or starts
 * {@link io.xlvs.controller.net.NetworkMonitor}. Source of numbers: linux/rtnetlink.h, if_link.h, neighbour.h.
 */
package io.xlvs.controller.net;
