// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

/** Encapsulation of the TUN method: ipvsadm(8), --tun-type. */
public enum TunnelType {
  IPIP,
  GUE,
  GRE
}
