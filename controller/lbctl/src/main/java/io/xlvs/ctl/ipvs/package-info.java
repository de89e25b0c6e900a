// SPDX-License-Identifier: Apache-2.0
/** ipvsadm 1.31's grammar, listings, texts and exit statuses, on top of the {@code xlvs.v1} API. */
package io.xlvs.ctl.ipvs;
