// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import java.util.Locale;

/**
 * Why a packet was not forwarded, or not as a client would wish: {@code enum xlvs_reason}. The data plane counts each on every
 * CPU; the operator sees {@link #label()}, {@link #description()} and {@link #remedy()}.
 */
public enum Reason implements AbiConstant {
  NONE(0, "forwarded, or none of our business", ""),
  TRUNCATED(1, "passed to the host: headers longer than the packet", "look for a broken sender or a failing link"),
  BAD_LENGTH(2, "passed to the host: length fields contradict each other", "look for a broken sender"),
  BAD_HEADER(3, "passed to the host: impossible version, header length or data offset, or an ICMP error with a wrong checksum", "look for a broken sender"),
  TOO_MANY_HEADERS(4, "passed to the host: chain of IPv6 extension headers too long", "real clients do not send such packets"),
  UNKNOWN_PROTOCOL(5, "passed to the host: to a VIP, none of TCP, UDP, SCTP and ICMP", "other protocols are not balanced"),
  NO_SERVER(6, "refused by ICMP: service without a usable server", "add a real server or give one a weight above 0"),
  SERVER_GONE(7, "dropped: the connection's server was removed", "the client's next connection goes to another server"),
  NO_CONNECTION(8, "passed to the host: neither a connection nor the beginning of one (TCP without SYN, SCTP without INIT)",
      "harmless after a restart or a timeout; raise --set's TCP timeout if idle clients suffer"),
  TABLE_FULL(9, "dropped: connection table full", "restart xlvsd with more connections"),
  NO_LOCAL_ADDRESS(10, "dropped: FULLNAT service without a local address of the server's family",
      "add one: lbctl -P -t SERVICE -z ADDRESS"),
  PORTS_EXHAUSTED(11, "dropped: FULLNAT, every local port tried is taken at that server", "add local addresses to the service"),
  TTL_EXCEEDED(12, "answered by ICMP time exceeded: TTL or hop limit used up", "look for a routing loop, or a traceroute"),
  TOO_BIG(13, "answered by ICMP: packet larger than the way to the server", "raise the MTU towards the servers"),
  TOO_BIG_FRAGMENTABLE(14, "dropped: packet larger than the way to the server, not fragmented here",
      "raise the MTU towards the servers, or have clients set DF"),
  NO_NEXT_HOP(15, "not sent: route or neighbour not resolved yet; XDP leaves such packets to tc, tc drops them",
      "if it grows, check that the server answers ARP or neighbour discovery"),
  NO_ROUTE(16, "not sent: no route; XDP leaves such packets to tc, tc drops them", "check 'ip route get' for the real servers and the clients"),
  ORPHAN_FRAGMENT(17, "dropped: later fragment before its first one", "look for reordering before the director"),
  ICMP_UNRELATED(18, "passed to the host: ICMP error about no connection of ours", ""),
  ICMP_LIMITED(19, "dropped: an ICMP answer was due but the rate limit held it back", ""),
  NO_ROOM(20, "dropped: no headroom for the encapsulation or option", "use another attach mode on this interface"),
  ECHO_ANSWERED(21, "answered: ICMP echo to a VIP", ""),
  VIA_STACK(22, "left to tc, which sends: XDP cannot send on the way out", "expected for bonds, bridges and tun devices"),
  LOCAL_CLIENT(23, "request of the director itself to a VIP", ""),
  ONE_FAMILY_ONLY(24, "dropped: server of the other family, not reachable by this method", "use TUN for such servers"),
  OPTION_OMITTED(25, "forwarded without the client's address: segment too large for the TOA option",
      "the server learns it from another segment"),
  INTERNAL(26, "dropped: a helper failed that cannot fail", "please report this with 'lbctl status'"),
  BAD_SOURCE(27, "passed to the host, which drops it: source address of no client (loopback, multicast, broadcast, a VIP)",
      "somebody forges addresses: filter them where they enter the network"),
  PORT_IN_USE(28, "dropped: NAT, the client has a connection to that server from the same port already, by another VIP",
      "have clients use other ports, give the VIPs different server ports, or use FULLNAT"),
  SCTP_FRAGMENT(29, "dropped: SCTP in IP fragments, to which NAT or FULLNAT would have to give another port",
      "give the real servers the service's port (NAT), or raise the MTU on the way to the director"),
  NO_CALL_ID(30, "dropped: persistence engine sip, and no datagram with a Call-ID that IPVS would take",
      "SIP over UDP alone is balanced by that engine; look for keep-alives, or for another protocol on its port"),
  FTP_HELD(31, "dropped: FTP control connection, out of order or half of a line that may name an address; its sender repeats it", ""),
  FTP_REFUSED(32, "forwarded as 425: a passive answer of an FTP server that names a port below 1024, or whose line has no room for the VIP",
      "give the server unprivileged passive ports, and some words in its answer to PASV"),
  RECORDS_FULL(33, "forwarded: ring-first, a flow could not be recorded while its place in the ring changes, which therefore takes longer",
      "restart xlvsd with more connections: the table of records, ring_records, has a quarter of their number");

  /** How many counters each CPU has: {@code XLVS_REASONS}. */
  public static final int STRIDE = 64;

  private final int value;
  private final String description;
  private final String remedy;

  Reason(int value, String description, String remedy) {
    this.value = value;
    this.description = description;
    this.remedy = remedy;
  }

  @Override
  public int value() {
    return value;
  }

  /** The operator's name, as in metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What becomes of such packets, and why. */
  public String description() {
    return description;
  }

  /** What the operator can do; empty where there is nothing to do. */
  public String remedy() {
    return remedy;
  }
}
