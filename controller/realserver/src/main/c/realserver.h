/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the programs of a real server share with io.xlvs.realserver: keys of
 * their maps and the names of what they count. AbiTest compares both sides
 * through BTF.
 */
#ifndef XLVS_REALSERVER_H
#define XLVS_REALSERVER_H

#include <linux/types.h>

/* An IPv6 address in network order; IPv4 as IPv4-mapped (::ffff:a.b.c.d). */
struct realserver_address {
	__be32 word[4];
};

/* Key of the map `directors`: a prefix, its length counted over the mapped form (IPv4: 96 + n). */
struct realserver_prefix {
	__u32 length;
	struct realserver_address address;
};

/* One counter each, per CPU; the order is that of the Java enum Count. */
enum realserver_count {
	COUNT_IPIP = 0,            /* packets taken out of IPIP, IP6IP6 or a mixture */
	COUNT_GRE = 1,
	COUNT_GUE = 2,
	COUNT_WRONG_DIRECTOR = 3,  /* dropped: for a VIP, but the outer source is no director */
	COUNT_NOT_VIP = 4,         /* dropped: from a director, but for no VIP */
	COUNT_OUTER_FRAGMENT = 5,  /* dropped: fragment of a tunnel packet, the MSS or the MTU is too high */
	COUNT_MALFORMED = 6,       /* dropped: from a director, but truncated or inconsistent */
	COUNT_UNSUPPORTED = 7,     /* dropped: from a director, with an option of GRE or GUE that is not read */
	COUNT_ECN = 8,             /* dropped: outer CE on an inner packet that cannot carry it (RFC 6040) */
	COUNT_NO_ROOM = 9,         /* dropped: the kernel refused to remove the outer headers */
	COUNT_MSS_LOWERED = 10,    /* SYN-ACKs whose MSS was lowered */
	COUNT_TOA = 11,            /* connections whose client was learnt from TOA */
	COUNT_TOA_UNTRUSTED = 12,  /* TOA ignored: the source is no director */
	COUNT_TOA_MALFORMED = 13,  /* TOA ignored: neither of the two lengths, or an address no client can have */
	COUNT_TOA_FAMILY = 14,     /* TOA ignored: an IPv6 client on a socket that knows only IPv4 */
	COUNT_TOA_NO_MEMORY = 15,  /* TOA ignored: no socket storage */
	REALSERVER_COUNTS = 16,
};

/* Encapsulations accepted: bits of the variable `tunnels`. */
enum realserver_tunnel {
	TUNNEL_IPIP = 1,
	TUNNEL_GRE = 2,
	TUNNEL_GUE = 4,
};

#endif
