/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#ifndef XLVS_REASON_H
#define XLVS_REASON_H

/*
 * Why a packet was not forwarded, or not as a client would wish. "passed" ones
 * go to the host's stack as they came; the others are dropped. Names are the
 * operator's: lower case without the prefix, in metrics and in lbctl status.
 */
enum xlvs_reason {
	XLVS_REASON_NONE = 0,
	XLVS_REASON_TRUNCATED = 1,        /* passed: headers longer than the packet */
	XLVS_REASON_BAD_LENGTH = 2,       /* passed: length fields contradict each other */
	XLVS_REASON_BAD_HEADER = 3,       /* passed: version, IHL or data offset impossible; ICMP error damaged */
	XLVS_REASON_TOO_MANY_HEADERS = 4, /* passed: chain of IPv6 extension headers too long */
	XLVS_REASON_UNKNOWN_PROTOCOL = 5, /* passed: to a VIP, none of TCP, UDP, SCTP, ICMP */
	XLVS_REASON_NO_SERVER = 6,        /* service without a usable server; refused by ICMP */
	XLVS_REASON_SERVER_GONE = 7,      /* its connection's server was deleted; silent, as IPVS */
	XLVS_REASON_NO_CONNECTION = 8,    /* passed: no connection, nor TCP SYN or SCTP INIT */
	XLVS_REASON_TABLE_FULL = 9,       /* connection table full */
	XLVS_REASON_NO_LOCAL_ADDRESS =
		10, /* FULLNAT service without a local address of the family */
	XLVS_REASON_PORTS_EXHAUSTED =
		11,                    /* FULLNAT: every local port tried at that server is taken */
	XLVS_REASON_TTL_EXCEEDED = 12, /* answered by ICMP time exceeded */
	XLVS_REASON_TOO_BIG = 13,      /* answered by ICMP fragmentation needed / packet too big */
	XLVS_REASON_TOO_BIG_FRAGMENTABLE = 14, /* too big without DF: not fragmented here */
	XLVS_REASON_NO_NEXT_HOP = 15,          /* passed to tc, which drops: not resolved yet */
	XLVS_REASON_NO_ROUTE = 16,             /* passed to tc, which drops: no route */
	XLVS_REASON_ORPHAN_FRAGMENT = 17,      /* later fragment before its first one */
	XLVS_REASON_ICMP_UNRELATED = 18,       /* passed: ICMP error about no connection of ours */
	XLVS_REASON_ICMP_LIMITED = 19, /* an ICMP answer was due, but the rate limit held it back */
	XLVS_REASON_NO_ROOM = 20,      /* no headroom for the encapsulation or option */
	XLVS_REASON_ECHO_ANSWERED = 21, /* ICMP echo to a VIP, answered */
	XLVS_REASON_VIA_STACK = 22,     /* passed to tc: the way out cannot be taken from XDP */
	XLVS_REASON_LOCAL_CLIENT = 23,  /* request of the director itself to a VIP */
	XLVS_REASON_ONE_FAMILY_ONLY =
		24, /* server of the other family, not reachable by this method */
	XLVS_REASON_OPTION_OMITTED = 25, /* forwarded: segment too large for the TOA option */
	XLVS_REASON_INTERNAL = 26,       /* a helper failed that cannot fail: please report */
	XLVS_REASON_BAD_SOURCE = 27,  /* passed: no client's source address, or a VIP; a martian */
	XLVS_REASON_PORT_IN_USE = 28, /* NAT: the client's port is at that server, by another VIP */
	XLVS_REASON_SCTP_FRAGMENT = 29, /* SCTP in fragments, whose port would have to change */
	XLVS_REASON_NO_CALL_ID = 30,    /* persistence engine sip, no datagram with a Call-ID */
	XLVS_REASON_FTP_HELD = 31, /* FTP control: out of order, or half of a line that may name an
				      address: its sender repeats it */
	XLVS_REASON_FTP_REFUSED = 32, /* forwarded: a passive answer, its code made 425 */
	XLVS_REASON_RECORDS_FULL = 33, /* forwarded: ring first, its flow could not be recorded */
	XLVS_REASONS = 64,            /* stride of the counters */
};

#endif
