// SPDX-License-Identifier: Apache-2.0
/**
 * The forwarding plane as the controller sees it: {@link io.xlvs.controller.dataplane.DataPlane} is the contract, BpfDataPlane its
 * implementation. Only this package imports io.xlvs.bpf and io.xlvs.loader.
 */
package io.xlvs.controller.dataplane;
