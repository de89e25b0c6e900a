/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* From an entry of the flow cache to the wire. */
#ifndef XLVS_CACHED_H
#define XLVS_CACHED_H

#include "forward.h"

/* Flags that tell the slow way something; a segment without them is in the middle of its flow. */
static __always_inline bool is_mid_flow(const struct pkt *p)
{
	return !(p->flags & (PKT_FIRST_FRAGMENT | PKT_LATER_FRAGMENT)) &&
	       !(p->tcp_flags & (TCP_SYN | TCP_FIN | TCP_RST));
}

/* What an entry says beside its key. */
struct cached {
	const struct flow_mark *mark;
	const __be32 *addr; /* flow4.addr, flow6.saddr */
	__u32 local;        /* flow6.local */
};

/* Completes a request's decision from the server. False: the slow way knows better. */
static __always_inline bool complete_request(const struct pkt *p, struct decision *d,
					     const struct cached *c)
{
	const struct xlvs_local_address *local;

	if (!(d->server->flags & XLVS_SERVER_AVAILABLE))
		return false;
	d->hop = entry(&next_hops, d->server->next_hop);
	d->server_port = port_at(d->server, p);
	if (d->kind == FLOW_FULLNAT_IN && p->tuple.family == XLVS_IPV6) {
		/* no room for a second address: it is found by index */
		local = entry(&local_addresses, c->local);
		if (!local)
			return false;
		d->addr = local->addr;
	}
	return d->hop;
}

/* The same for a reply. */
static __always_inline bool complete_reply(const struct pkt *p, struct decision *d,
					   const struct cached *c)
{
	const struct xlvs_service *service;

	d->hop = entry(&next_hops, c->mark->hop);
	if (p->tuple.family == XLVS_IPV6 && !same_address(p->tuple.saddr, d->server->addr))
		return false;
	if (d->kind == FLOW_FULLNAT_OUT) {
		service = entry(&services, d->server->service);
		if (!service)
			return false;
		d->vip = service->vip;
		d->vip_port = service->port;
	}
	return d->hop;
}

/* Of one kind, which is a constant here. */
static __always_inline verdict cached_kind(hook_t *ctx, struct pkt *p, void *frame,
					   const struct cached *c, enum flow_kind kind)
{
	struct decision d = {
		.kind = kind,
		.index = c->mark->server,
		.port = c->mark->port,
		.addr = c->addr,
	};

	d.server = entry(&servers, d.index);
	if (!d.server ||
	    !(is_reply(kind) ? complete_reply(p, &d, c) : complete_request(p, &d, c)))
		return CONTINUE;
	return is_plain(ctx, p, frame, &d) ? send(ctx, p, hook_known(frame), &d) : CONTINUE;
}

static __always_inline verdict cached_way(hook_t *ctx, struct pkt *p, void *frame,
					  const struct cached *c)
{
	switch (c->mark->kind) {
	case FLOW_DR:
		return cached_kind(ctx, p, frame, c, FLOW_DR);
	case FLOW_TUN:
		return cached_kind(ctx, p, frame, c, FLOW_TUN);
	case FLOW_NAT_IN:
		return cached_kind(ctx, p, frame, c, FLOW_NAT_IN);
	case FLOW_NAT_OUT:
		return cached_kind(ctx, p, frame, c, FLOW_NAT_OUT);
	case FLOW_FULLNAT_IN:
		return cached_kind(ctx, p, frame, c, FLOW_FULLNAT_IN);
	case FLOW_FULLNAT_OUT:
		return cached_kind(ctx, p, frame, c, FLOW_FULLNAT_OUT);
	default:
		return CONTINUE;
	}
}

/* CONTINUE if the cache has nothing that counts. The family is a constant where this is called. */
static __always_inline verdict cached_in(hook_t *ctx, struct pkt *p, void *frame, __u8 family)
{
	if (family == XLVS_IPV4) {
		const struct flow4 *f = flow4_find(p);
		struct cached c;

		if (!f)
			return CONTINUE;
		c = (struct cached){ .mark = &f->mark, .addr = &f->addr };
		return cached_way(ctx, p, frame, &c);
	} else {
		const struct flow6 *f = flow6_find(p);
		struct cached c;

		if (!f)
			return CONTINUE;
		c = (struct cached){ .mark = &f->mark, .addr = f->saddr, .local = f->local };
		return cached_way(ctx, p, frame, &c);
	}
}

/* The same for a packet that is not plain: options, extension headers, SCTP. */
__noinline verdict HOOKED(cached_unusual)(hook_t *ctx, struct pkt *p)
{
	if (!p)
		return PASS;
	return p->tuple.family == XLVS_IPV4 ? cached_in(ctx, p, NULL, XLVS_IPV4)
					    : cached_in(ctx, p, NULL, XLVS_IPV6);
}

#endif
