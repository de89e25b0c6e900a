// SPDX-License-Identifier: Apache-2.0
/**
 * Attaching programs. A {@link io.xlvs.loader.link.Link} is closed by who attached or opened it; tc filters and netlink
 * attachments stay until removed.
 */
package io.xlvs.loader.link;
