// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/** Flags of a service: {@code enum xlvs_service_flag}. */
public enum ServiceFlag implements AbiConstant {
  /** The index belongs to a service. */
  IN_USE(1),

  /** The service takes every port of its VIP. */
  ANY_PORT(2),

  /** A client keeps its server. */
  PERSISTENT(4),

  /** Each datagram is scheduled by itself. */
  ONE_PACKET(8),

  /** The client's port takes part in the hash (sh-port, mh-port). */
  HASH_PORT(16),

  /** Another server is looked for when the hashed one is unusable (sh-fallback, mh-fallback). */
  FALLBACK(32),

  /** Of a firewall mark: any number of endpoints lead to the service; its VIP is the mark. */
  MARK(64),

  /** Persistence engine sip: a template for each Call-ID. */
  SIP(128),

  /** Connections to one of {@link Control#FTP_PORTS} are FTP's. */
  FTP(256),

  /** sh and mh of DR and TUN: the ring, of {@link Place}s, decides without connections. */
  RING_FIRST(512);

  private final int value;

  ServiceFlag(int value) {
    this.value = value;
  }

  @Override
  public int value() {
    return value;
  }
}
