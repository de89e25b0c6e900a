// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

/** What the programs count, in the order of {@code enum realserver_count}. */
enum Count {
  IPIP("packets out of IPIP"),
  GRE("packets out of GRE"),
  GUE("packets out of GUE"),
  WRONG_DIRECTOR("dropped: for a VIP, but the outer source is no --director"),
  NOT_VIP("dropped: from a director, but for no --vip"),
  OUTER_FRAGMENT("dropped: fragment of a tunnel packet; lower --mss, or raise the MTU between director and server"),
  MALFORMED("dropped: from a director, truncated or inconsistent"),
  UNSUPPORTED("dropped: from a director, with a GRE key or sequence number, or a GUE option"),
  ECN("dropped: congestion marked outside, inner packet not ECN-capable (RFC 6040)"),
  NO_ROOM("dropped: the kernel refused to remove the outer headers"),
  MSS_LOWERED("SYNs sent with a lowered MSS"),
  TOA("connections whose client was learnt from TOA"),
  TOA_UNTRUSTED("TOA ignored: the source is no --director"),
  TOA_MALFORMED("TOA ignored: not readable"),
  TOA_FAMILY("TOA ignored: IPv6 client on an IPv4 socket"),
  TOA_NO_MEMORY("TOA ignored: no socket storage");

  private final String meaning;

  Count(String meaning) {
    this.meaning = meaning;
  }

  /** For people. */
  String meaning() {
    return meaning;
  }
}
