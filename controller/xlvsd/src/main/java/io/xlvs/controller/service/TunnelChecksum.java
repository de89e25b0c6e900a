// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

/** Checksum of a GUE or GRE encapsulation: ipvsadm(8), --tun-nocsum, --tun-csum, --tun-remcsum. */
public enum TunnelChecksum {
  NONE,
  FULL,
  /** GUE's remote checksum offload. */
  REMOTE
}
