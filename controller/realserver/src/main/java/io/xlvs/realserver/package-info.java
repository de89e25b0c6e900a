// SPDX-License-Identifier: Apache-2.0
/**
 * Sets up a host as a real server: the VIP and its silence towards ARP, the tunnel's end, the reader of client addresses.
 *
 * <p>One-shot: what is set up lives in the kernel (addresses, sysctls, tc filters, pinned BPF links) and outlives the process.
 * What was changed is written to a state file before it is changed, so that {@code down} restores it, also after an
 * interruption. The way through the code: {@link io.xlvs.realserver.SettingsParser} reads words, {@link
 * io.xlvs.realserver.Preflight} refuses what cannot work, {@link io.xlvs.realserver.Planner} lists changes, {@link
 * io.xlvs.realserver.Instance} makes and undoes them, {@link io.xlvs.realserver.Checker} compares.
 */
package io.xlvs.realserver;
