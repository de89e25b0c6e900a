/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Entries of the flow cache: finished decisions for packets in the middle of a
 * connection. A copy, never the truth: it names the epoch of its connection's
 * bucket, and whatever deletes or changes a connection bumps that epoch after
 * writing, so that a stale copy no longer counts.
 */
#ifndef XLVS_FLOW_H
#define XLVS_FLOW_H

#include <linux/types.h>

/* What is done to the packet; the direction is part of it. */
enum flow_kind {
	FLOW_NONE = 0,
	FLOW_DR = 1,
	FLOW_TUN = 2,
	FLOW_NAT_IN = 3,
	FLOW_NAT_OUT = 4,
	FLOW_FULLNAT_IN = 5,
	FLOW_FULLNAT_OUT = 6,
};

/* The part of an entry that is not its key. */
struct flow_mark {
	__u8 protocol;
	__u8 kind;   /* enum flow_kind */
	__be16 port; /* NAT: server's in, VIP's out; FULLNAT: local one in, client's out */
	__u32 server;
	__u16 bucket; /* of epochs */
	__u16 epoch;
	__u16 until; /* last period in which it counts unchecked: jiffies >> refresh_shift */
	__u16 hop;   /* out: into next_hops; in: the server's own counts */
};

/* 32 bytes, two a line. */
struct flow4 {
	__be32 saddr;
	__be32 daddr;
	__be16 sport;
	__be16 dport;
	__be32 addr; /* NAT out: VIP; FULLNAT in: LIP, out: client */
	struct flow_mark mark;
};

struct flow4_line {
	struct flow4 way[2];
};

/*
 * A line: without an address of its own it stays one. A reply's source is compared with the
 * server's address, which leaves room for its new one; FULLNAT finds VIP and LIP by index.
 */
struct flow6 {
	__be32 saddr[4]; /* NAT out: the VIP; FULLNAT out: the client */
	__be32 daddr[4];
	__be16 sport;
	__be16 dport;
	__u32 local; /* FULLNAT in: into local_addresses */
	struct flow_mark mark;
	__u8 pad[8];
};

#endif
