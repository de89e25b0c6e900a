/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* twos: the power of two choices. Two servers are drawn by weight, the less loaded one is taken. */
#ifndef XLVS_PICK_TWOS_H
#define XLVS_PICK_TWOS_H

#include "pick.h"

/* A column of the alias table is two pairs: its own server and its share, the other server and 0.
 */
static __always_inline __u32 columns(const struct choice *c)
{
	return c->length / 4;
}

static __always_inline __u32 draw(const struct choice *c)
{
	__u32 column = (__u64)bpf_get_prandom_u32() * columns(c) >> 32;
	bool own = bpf_get_prandom_u32() <= ring_entry(c, 4 * column + 1);

	return ring_entry(c, 4 * column + (own ? 0 : 2));
}

/*
 * One server of the usable ones by weight, in one pass: each takes the place of those before it
 * with the chance of its weight in the sum so far. The sum begins with one: ip_vs_twos.c draws from
 * 0 to the sum of the weights, both included, and 0 is the first usable server's too.
 */
static long draw_step(__u32 i, struct choice *c)
{
	struct candidate found;
	__u32 server;

	if (i >= columns(c))
		return 1;
	server = ring_entry(c, 4 * i);
	if (!usable(c, server, &found))
		return 0;
	c->load += found.server->weight;
	if (c->server == XLVS_RING_EMPTY ||
	    bpf_get_prandom_u32() < ((__u64)found.server->weight << 32) / c->load)
		c->server = server;
	return 0;
}

/*
 * A usable server by weight. The table knows nothing of thresholds: if it names an overloaded
 * server, all are asked. The newest one's chance counts one more in the table, so it has to be
 * usable too for the chances of the others to be right.
 */
static __noinline __u32 draw_usable(struct choice *c)
{
	struct candidate found;
	__u32 server = draw(c);

	if (usable(c, server, &found) && usable(c, ring_entry(c, 0), &found))
		return server;
	c->server = XLVS_RING_EMPTY;
	c->load = 1;
	bpf_loop(SCAN_SERVERS, draw_step, c, 0);
	return c->server;
}

static __always_inline void pick_two_choices(struct choice *c)
{
	__u32 first = draw_usable(c), second = draw_usable(c);
	struct candidate one, two;

	c->server = first;
	if (usable(c, first, &one) && usable(c, second, &two) &&
	    conn_overhead(one.load) * two.server->weight >
		    conn_overhead(two.load) * one.server->weight)
		c->server = second;
}

#endif
