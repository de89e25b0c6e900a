/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * lc, wlc, sed, nq, ovf: a server by live counts. Their rings hold pairs of a server
 * and its weight, so that a scan reads nothing but the ring and the counts; only the
 * winner is asked whether it is still there.
 */
#ifndef XLVS_PICK_LIVE_H
#define XLVS_PICK_LIVE_H

#include "pick.h"

/* From the start on, the first usable one. */
static long next_step(__u32 i, struct choice *c)
{
	struct candidate found;
	__u32 server;

	if (i >= c->length)
		return 1;
	c->skipped = i;
	server = ring_entry(c, (c->start + i) % c->length);
	if (!usable(c, server, &found))
		return 0;
	c->server = server;
	return 1;
}

#define PAIRS_PER_LINE 8
#define PICK_IDLE                                                                              \
	0 /* beside enum xlvs_pick: any server with less than half of the connections that its \
	     weight says */

/* ip_vs_sed.c and ip_vs_nq.c look at active connections only, the new one included. */
static __always_inline __u64 load_of(__u32 pick, const struct xlvs_load *load)
{
	if (pick == XLVS_PICK_SED || pick == XLVS_PICK_NQ)
		return (__u64)load_read(&load->active) + 1;
	return conn_overhead(load);
}

/* ovf: the first that has no more active connections than its weight; nq: the first without any. */
static __always_inline bool taken_at_once(__u32 pick, const struct xlvs_load *load, __u32 weight)
{
	if (pick == PICK_IDLE)
		return (__u64)load_read(&load->active) * 2 < weight;
	return (pick == XLVS_PICK_OVF && load_read(&load->active) <= weight) ||
	       (pick == XLVS_PICK_NQ && !load_read(&load->active));
}

/* A line of the ring: the least load by weight, the first of equals. */
static long live_step(__u32 i, struct choice *c)
{
	const struct xlvs_ring_line *line = entry(&rings, (c->offset >> 4) + i);
	__u32 left = c->length / 2 - i * PAIRS_PER_LINE;
	const struct xlvs_load *load;
	__u32 pick = c->pick;

	if (!line || i * PAIRS_PER_LINE >= c->length / 2)
		return 1;
	for (__u32 n = 0; n < PAIRS_PER_LINE && n < left; n++) {
		__u32 server = line->server[2 * n], weight = line->server[2 * n + 1];
		__u64 live;

		load = entry(&server_load, server);
		if (!load || (load->overloaded && pick != PICK_IDLE))
			continue;
		if (taken_at_once(pick, load, weight)) {
			c->server = server;
			return 1;
		}
		live = load_of(pick, load);
		if (pick != XLVS_PICK_OVF && pick != PICK_IDLE &&
		    c->load * weight > live * c->weight) {
			c->server = server;
			c->load = live;
			c->weight = weight;
		}
	}
	return 0;
}

/* Any server's load is less. */
static __always_inline void nobody_yet(struct choice *c)
{
	c->load = 1;
	c->weight = 0;
}

static __always_inline void pick_by_counts(struct choice *c)
{
	struct candidate found;

	nobody_yet(c);
	bpf_loop(SCAN_SERVERS / PAIRS_PER_LINE, live_step, c, 0);
	if (c->server == XLVS_RING_EMPTY || usable(c, c->server, &found))
		return;
	/* The winner has just been removed; the client shall not be refused for that. */
	c->server = XLVS_RING_EMPTY;
	bpf_loop(SCAN_SERVERS, next_step, c, 0);
}

#endif
