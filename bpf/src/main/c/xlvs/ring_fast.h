/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The fast way of packets to services that are XLVS_SERVICE_RING_FIRST, DR and
 * TUN: the ring decides before any flow is looked up.
 */
#ifndef XLVS_RING_FAST_H
#define XLVS_RING_FAST_H

#include "forward.h"
#include "ring.h"

/* is_client() in as much as the filter of addresses tells; false: the slow way asks in earnest. */
static __always_inline bool is_surely_client(const struct xlvs_tuple *t, __u8 family)
{
	return is_one_host(t->saddr, family) && !destination_bits(t->saddr, family);
}

/* Fills in the server; false if it is not one of the service, or its connections are silent. */
static __always_inline bool decide_ring(struct decision *d, __u32 server, __u32 service)
{
	d->index = server;
	d->server = entry(&servers, server);
	if (!d->server || d->server->service != service ||
	    !(d->server->flags & XLVS_SERVER_AVAILABLE))
		return false;
	d->kind = d->server->method == XLVS_TUN ? FLOW_TUN : FLOW_DR;
	d->hop = entry(&next_hops, d->server->next_hop);
	return d->hop;
}

/* Every packet of a stable place, whatever its flags; CONTINUE if something is unusual. */
static __always_inline verdict ring_first_in(hook_t *ctx, struct pkt *p, void *frame,
					     __u8 family)
{
	const struct xlvs_tuple *t = &p->tuple;
	const struct xlvs_endpoint *e =
		find_endpoint(t->daddr, t->dport, t->protocol, XLVS_ENDPOINT_SERVICE, family);
	const struct xlvs_service *s = e ? entry(&services, e->index) : NULL;
	struct decision d = {};
	__u64 *word, place;

	if (!s || !(s->flags & XLVS_SERVICE_RING_FIRST) ||
	    p->flags & (PKT_FIRST_FRAGMENT | PKT_LATER_FRAGMENT) || !is_surely_client(t, family))
		return CONTINUE;
	word = place_of(s, t);
	if (!word)
		return CONTINUE;
	place = READ_ONCE(*word);
	if (place_state(place) != XLVS_PLACE_STABLE ||
	    !decide_ring(&d, place_now(place), e->index) || d.server->flags & XLVS_SERVER_LOCAL ||
	    !is_plain(ctx, p, frame, &d))
		return CONTINUE;
	note_busy(d.index);
	if (flow_part(p) == FLOW_BEGINS)
		count_connection(p, d.index);
	return send(ctx, p, hook_known(frame), &d);
}

#endif
