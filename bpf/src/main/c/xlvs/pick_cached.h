/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * lblc, lblcr: a destination keeps the server, or the set of servers, that it was
 * given before, for as long as they are not overloaded while others idle. Made for
 * clusters of caches; the table is `destinations`.
 */
#ifndef XLVS_PICK_CACHED_H
#define XLVS_PICK_CACHED_H

#include "conn.h"
#include "pick_live.h"

/* sysctl lblc_expiration, lblcr_expiration */
static __always_inline bool is_over(__u64 since, bool replicates)
{
	return idle_for(since, replicates ? control.lblcr_expiration : control.lblc_expiration);
}

/* A member's server and counts; false for a gap, and for a server that is gone. */
static __always_inline bool member_of(const struct destination_member *member,
				      struct candidate *found)
{
	found->server = entry(&servers, member->server);
	found->load = entry(&server_load, member->server);
	return found->server && found->load && found->server->generation == member->generation;
}

/* The i-th member, the one put in last first; NULL behind the last. */
static __always_inline struct destination_member *member_at(const struct choice *c, __u32 i)
{
	struct destination *set = c->set;

	if (!set || i >= set->inserted || i >= DESTINATION_MEMBERS)
		return NULL;
	return &set->member[(set->inserted - 1 - i) & (DESTINATION_MEMBERS - 1)];
}

/* ip_vs_dest_set_min(): the least loaded usable member. */
static long least_member(__u32 i, struct choice *c)
{
	const struct destination_member *member = member_at(c, i);
	struct candidate found;
	__u64 load;

	if (!member)
		return 1;
	if (!member_of(member, &found))
		return 0;
	c->skipped++;
	if (!usable(c, member->server, &found))
		return 0;
	load = conn_overhead(found.load);
	if (c->load * found.server->weight > load * c->weight) {
		c->server = member->server;
		c->load = load;
		c->weight = found.server->weight;
	}
	return 0;
}

/* ip_vs_dest_set_max(): c->start becomes the place of the most loaded member. */
static long most_member(__u32 i, struct choice *c)
{
	const struct destination_member *member = member_at(c, i);
	struct candidate found;
	__u64 load;

	if (!member)
		return 1;
	if (!member_of(member, &found) || !found.server->weight)
		return 0;
	load = conn_overhead(found.load);
	if (!c->weight || c->load * found.server->weight < load * c->weight) {
		c->start = i;
		c->load = load;
		c->weight = found.server->weight;
	}
	return 0;
}

/* Whether c->server is a member already: then c->skipped is 0. */
static long find_member(__u32 i, struct choice *c)
{
	const struct destination_member *member = member_at(c, i);
	struct candidate found;

	if (!member)
		return 1;
	if (member->server != c->server || !member_of(member, &found))
		return 0;
	c->skipped = 0;
	return 1;
}

/* The member to take, or XLVS_RING_EMPTY. A set that has not grown for so long loses the most
 * loaded.
 */
static __always_inline __u32 cached_server(struct choice *c, bool replicates)
{
	struct destination_member *most;
	struct candidate found;
	__u32 server;

	if (!replicates) { /* ip_vs_lblc.c does not ask for the threshold */
		const struct destination_member *only = member_at(c, 0);
		bool takes = only && member_of(only, &found) && found.server->weight &&
			     found.server->flags & XLVS_SERVER_AVAILABLE;

		return takes ? only->server : XLVS_RING_EMPTY;
	}
	nobody_yet(c);
	bpf_loop(DESTINATION_MEMBERS, least_member, c, 0);
	server = c->server;
	if (c->skipped > 1 && is_over(c->set->changed, true)) {
		c->weight = 0;
		bpf_loop(DESTINATION_MEMBERS, most_member, c, 0);
		most = c->weight ? member_at(c, c->start) : NULL;
		if (most)
			most->server = XLVS_RING_EMPTY;
		c->set->changed = bpf_jiffies64();
	}
	return server;
}

/* is_overloaded(): more connections than its weight while another has less than half of its own. */
static __always_inline bool others_idle(struct choice *c, __u32 server)
{
	const struct xlvs_server *s = entry(&servers, server);
	const struct xlvs_load *load = entry(&server_load, server);

	if (!s || !load || load_read(&load->active) <= s->weight)
		return false;
	c->server = XLVS_RING_EMPTY;
	c->pick = PICK_IDLE;
	bpf_loop(SCAN_SERVERS / PAIRS_PER_LINE, live_step, c, 0);
	return c->server != XLVS_RING_EMPTY;
}

/* Puts c->server into the destination's set, or makes it its only server. */
static __always_inline void cache_server(struct choice *c, struct scratch *room, bool replicates)
{
	const struct xlvs_server *s = entry(&servers, c->server);
	struct destination *set = c->set ? c->set : &room->destination;
	struct destination_member member = { .server = c->server };

	if (!s)
		return;
	member.generation = s->generation;
	if (!c->set || !replicates)
		set->inserted = 0;
	c->skipped = 1;
	if (c->set && replicates)
		bpf_loop(DESTINATION_MEMBERS, find_member, c, 0);
	if (!c->skipped)
		return;
	set->member[set->inserted++ & (DESTINATION_MEMBERS - 1)] = member;
	set->changed = bpf_jiffies64();
	set->last_used = set->changed;
	if (!c->set)
		bpf_map_update_elem(&destinations, &room->destination_key, set, BPF_ANY);
}

static __noinline void pick_cached(struct choice *c, struct scratch *room)
{
	bool replicates = c->pick == XLVS_PICK_LBLCR;
	__u32 server;

	c->set = bpf_map_lookup_elem(&destinations, &room->destination_key);
	if (c->set && is_over(c->set->last_used, replicates))
		c->set = NULL;
	if (c->set) {
		c->set->last_used = bpf_jiffies64();
		server = cached_server(c, replicates);
		if (server != XLVS_RING_EMPTY && !others_idle(c, server)) {
			c->server = server;
			return;
		}
	}
	c->server = XLVS_RING_EMPTY;
	c->pick = XLVS_PICK_WLC;
	pick_by_counts(c);
	cache_server(c, room, replicates);
}

#endif
