// SPDX-License-Identifier: Apache-2.0
/**
 * Loads BPF objects and talks to what was loaded, through libbpf. Knows nothing of load balancing.
 *
 * <p>The way: {@link io.xlvs.loader.CollectionSpec} (pure data, no privilege) - set variables, capacities and pins -
 * {@link io.xlvs.loader.CollectionSpec#load} - {@link io.xlvs.loader.Collection} (live) - attach with
 * {@link io.xlvs.loader.link}.
 *
 * <p>Who closes what:
 *
 * <ul>
 *   <li>Whoever calls a method named load, open, create, attach, map (memory) or enter closes the result.
 *   <li>A {@link io.xlvs.loader.Collection} owns its maps, programs and variables; closing one of them early is allowed,
 *       closing the collection closes all.
 *   <li>{@link io.xlvs.loader.map.BpfMap}, {@link io.xlvs.loader.map.ProgArray} and {@link io.xlvs.loader.Variable} are views
 *       and own nothing.
 *   <li>Pins, and tc filters and XDP programs attached by netlink, belong to the kernel and outlive the process. A link
 *       without a pin detaches its program when closed.
 *   <li>Every close is idempotent. Nothing may be closed while another thread is in a call on it.
 * </ul>
 *
 * <p>All failures are {@link io.xlvs.loader.BpfException}s with operation, object and error number; "absent" is never an
 * exception where a method's result can say it.
 */
package io.xlvs.loader;
