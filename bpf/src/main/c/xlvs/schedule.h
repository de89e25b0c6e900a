/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which server a new connection goes to. The controller computes the ring, this
 * picks from it by the rules of ip_vs_*.c; some picks look at live counts.
 */
#ifndef XLVS_SCHEDULE_H
#define XLVS_SCHEDULE_H

#include "pick_cached.h"
#include "pick_hash.h"
#include "pick_twos.h"

/* The counter goes on behind the server that was picked, and stays where it was if there was none.
 */
static __always_inline void pick_next(struct choice *c, struct xlvs_service_state *state)
{
	c->start = __sync_fetch_and_add(&state->counter, 1) % c->length;
	bpf_loop(SCAN_SERVERS, next_step, c, 0);
	if (c->skipped)
		__sync_fetch_and_add(&state->counter, c->skipped);
}

static __always_inline void pick_by_destination(struct choice *c, const struct pkt *p,
						const struct xlvs_service *s)
{
	struct scratch *room;
	__u32 zero = 0;

	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!room)
		return;
	room->destination_key.service = c->service;
	room->destination_key.generation = s->generation;
	__builtin_memcpy(room->destination_key.addr, p->tuple.daddr, 16);
	pick_cached(c, room);
}

/* The server for a new connection, or XLVS_RING_EMPTY. */
__noinline __u32 HOOKED(schedule)(struct pkt *p, __u32 service)
{
	const struct xlvs_service *s = entry(&services, service);
	struct xlvs_service_state *state = entry(&service_state, service);
	struct choice c = { .server = XLVS_RING_EMPTY };
	__u64 region;

	if (!p || !s || !state)
		return XLVS_RING_EMPTY;
	region = READ_ONCE(*(const __u64 *)&s->ring);
	c.service = service;
	c.offset = region;
	c.length = region >> 32;
	c.pick = s->pick;
	if (!c.length)
		return XLVS_RING_EMPTY;
	switch (c.pick) {
	case XLVS_PICK_NEXT:
		pick_next(&c, state);
		break;
	case XLVS_PICK_FO:
		bpf_loop(SCAN_SERVERS, next_step, &c, 0);
		break;
	case XLVS_PICK_DH:
		c.hashed = fold(p->tuple.daddr);
		pick_hashed(&c, false);
		break;
	case XLVS_PICK_SH:
	case XLVS_PICK_MH:
		c.hashed = hash_input(s, &p->tuple);
		pick_hashed(&c, s->flags & XLVS_SERVICE_FALLBACK);
		break;
	case XLVS_PICK_LBLC:
	case XLVS_PICK_LBLCR:
		pick_by_destination(&c, p, s);
		break;
	case XLVS_PICK_TWOS:
		pick_two_choices(&c);
		break;
	default:
		pick_by_counts(&c);
	}
	return c.server;
}

#endif
