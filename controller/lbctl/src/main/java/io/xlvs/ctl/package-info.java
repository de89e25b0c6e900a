// SPDX-License-Identifier: Apache-2.0
/**
 * The operator's command line: one program with two grammars. {@link io.xlvs.ctl.ipvs} is ipvsadm's, word for word;
 * {@link io.xlvs.ctl.verbs} has verbs for people and machines. Both speak to xlvsd through the {@code xlvs.v1} API only.
 */
package io.xlvs.ctl;
