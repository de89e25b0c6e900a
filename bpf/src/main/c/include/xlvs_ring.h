/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The part of the contract (xlvs_abi.h) that services which are
 * XLVS_SERVICE_RING_FIRST need: places of their rings, and records of flows
 * while places change. docs/adr/0008-ring-first.md has the rules and why they
 * break no flow.
 */
#ifndef XLVS_RING_H
#define XLVS_RING_H

#include "xlvs_abi.h"

/* How a place of a ring changes hands from one server to another. */
enum xlvs_place_state {
	XLVS_PLACE_STABLE = 0, /* every live flow of the place is at `now` */
	XLVS_PLACE_HOLD = 1,   /* handshakes may still be under way: all new flows stay at the old one */
	XLVS_PLACE_LEARN = 2,  /* a SYN goes to the new one, other packets without a record to the old */
	XLVS_PLACE_DRAIN = 3,  /* packets without a record go to `now`: whoever is elsewhere has one */
};

/*
 * A place: two entries of rings, the first at an even index, read and written as one aligned
 * 64-bit word.
 */
struct xlvs_place {
	__u32 now; /* server; HOLD, LEARN: the new one. XLVS_RING_EMPTY: none, clients are refused */
	__u32 was; /* enum xlvs_place_state << XLVS_PLACE_SHIFT; with HOLD and LEARN: | the old server;
		    * with DRAIN: | XLVS_PLACE_HELD, set by xlvs_ring_sweep */
};

#define XLVS_PLACE_SHIFT 30
#define XLVS_PLACE_HELD 1 /* a record names another server than `now` */

/* ring_records: a flow that a packet has shown while its place changed. */
struct xlvs_ring_record_key {
	struct xlvs_tuple client;
	__u32 service;
	__u32 generation; /* of the service */
};

/*
 * Server and generation are one aligned 64-bit word, changed by compare-and-swap. Only the sweep
 * deletes, so that it misses none.
 */
struct xlvs_ring_record {
	__u64 last_seen;  /* jiffies */
	__u32 server;     /* XLVS_RECORD_SERVER, and bits; all of XLVS_RECORD_SERVER: about to be deleted */
	__u32 generation; /* of the server */
};

#define XLVS_RECORD_SERVER 0x1fffffffU
#define XLVS_RECORD_TURN 0x20000000U /* changes when the record is given to another flow */
#define XLVS_RECORD_OVER 0x40000000U /* the client has sent FIN or RST */
#define XLVS_RECORD_HALF 0x80000000U /* nothing but SYN so far */

/* Context of the syscall program xlvs_ring_sweep: forgets flows that have been idle too long, and
 * marks places in DRAIN as held by those that are not at `now`. */
struct xlvs_ring_sweep {
	__u32 records; /* out: live ones */
	__u32 expired; /* out: removed by this sweep */
};

#endif
