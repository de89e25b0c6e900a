// SPDX-License-Identifier: Apache-2.0
/**
 * Sockets and messages of the kernel's rtnetlink (rtnetlink(7), netlink(7)): requests, dumps and events as bytes. What the
 * messages mean is the caller's business. A socket belongs to the network namespace of the thread that opens it; the opener
 * closes it.
 */
package io.xlvs.loader.netlink;
