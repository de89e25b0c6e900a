/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The packet's way, top to bottom: parse, filter, flow cache, and only then
 * service and connection table. XDP and tc run this same body.
 */
#ifndef XLVS_PIPELINE_H
#define XLVS_PIPELINE_H

#include "fragment.h"
#include "ftp.h"
#include "icmp.h"
#include "parse.h"
#include "request.h"

/* Flags that tell the slow way something; a segment without them is in the middle of its flow. */
static __always_inline bool is_mid_flow(const struct pkt *p)
{
	return !(p->flags & (PKT_FIRST_FRAGMENT | PKT_LATER_FRAGMENT)) &&
	       !(p->tcp_flags & (TCP_SYN | TCP_FIN | TCP_RST));
}

/* Completes a cached decision from the server and its service. False: the slow way knows better. */
static __always_inline bool complete(struct pkt *p, struct decision *d,
				     const struct flow_mark *mark)
{
	const struct xlvs_service *service;

	d->kind = mark->kind;
	d->index = mark->server;
	d->port = mark->port;
	d->server = entry(&servers, mark->server);
	if (!d->server)
		return false;
	if (is_reply(mark->kind)) {
		d->hop = entry(&next_hops, mark->hop);
		if (mark->kind == FLOW_FULLNAT_OUT) {
			service = entry(&services, d->server->service);
			if (!service)
				return false;
			d->vip = service->vip;
			d->vip_port = service->port;
		}
	} else {
		if (!(d->server->flags & XLVS_SERVER_AVAILABLE))
			return false;
		d->hop = entry(&next_hops, d->server->next_hop);
		d->server_port = port_at(d->server, p);
	}
	return d->hop;
}

/* IPv6 entries have no room for a second address: it is found by index. */
static __always_inline bool complete6(struct pkt *p, struct decision *d, const struct flow6 *f)
{
	const struct xlvs_local_address *local;

	switch (d->kind) {
	case FLOW_FULLNAT_IN:
		local = entry(&local_addresses, f->local);
		if (!local)
			return false;
		d->addr = local->addr;
		return true;
	case FLOW_NAT_OUT:
	case FLOW_FULLNAT_OUT:
		d->addr = f->saddr;
		return same_address(p->tuple.saddr, d->server->addr);
	default:
		return true;
	}
}

/* The fast way; CONTINUE if the cache has nothing that counts. */
HOOK_CACHED verdict cached(hook_t *ctx, struct pkt *p)
{
	struct decision d = {};

	if (p->tuple.family == XLVS_IPV4) {
		const struct flow4 *f = flow4_find(p);

		if (!f || !complete(p, &d, &f->mark))
			return CONTINUE;
		d.addr = &f->addr;
		return is_plain(ctx, p, &d) ? send(ctx, p, &d) : CONTINUE;
	} else {
		const struct flow6 *f = flow6_find(p);

		if (!f || !complete(p, &d, &f->mark) || !complete6(p, &d, f))
			return CONTINUE;
		return is_plain(ctx, p, &d) ? send(ctx, p, &d) : CONTINUE;
	}
}

/* Addressed to a VIP or to a local address of FULLNAT. */
static __always_inline bool is_balanced(const struct pkt *p)
{
	return is_vip(p->tuple.daddr, p->tuple.family) ||
	       find_endpoint(p->tuple.daddr, 0, 0, XLVS_ENDPOINT_LOCAL, p->tuple.family);
}

/* A mark's service wins over an address's: ip_vs_service_find(). */
static __always_inline enum role find_role_or_mark(const hook_t *ctx, struct pkt *p, __u32 *service)
{
	__u32 mark = hook_mark(ctx), found;

	if (mark) {
		found = HOOKED(marked_service)(mark, p->tuple.family);
		if (found) {
			*service = found - 1;
			return ROLE_REQUEST;
		}
	}
	return find_role(p, service);
}

static __always_inline verdict process(hook_t *ctx, struct pkt *p)
{
	enum role role;
	__u32 service = 0;
	verdict v = parse(ctx, p);

	if (v)
		return v;
	if (unlikely(p->flags & PKT_LATER_FRAGMENT) && !HOOKED(recall_fragment)(p) &&
	    is_transport(p->tuple.protocol))
		return is_balanced(p) ? drop_because(XLVS_REASON_ORPHAN_FRAGMENT) : PASS;
	if (unlikely(!is_transport(p->tuple.protocol)))
		return HOOKED(icmp)(ctx, p);
	if (!hook_mark(ctx) && (p->tuple.family == XLVS_IPV4 ? !may_be_ours(p, XLVS_IPV4)
							     : !may_be_ours(p, XLVS_IPV6)))
		return PASS;
	if (likely(is_mid_flow(p))) {
		v = cached(ctx, p);
		if (likely(v))
			return v;
	}
	role = find_role_or_mark(ctx, p, &service);
	if (role == ROLE_NONE)
		return PASS;
	if (unlikely(p->flags & PKT_FIRST_FRAGMENT))
		HOOKED(remember_fragment)(p);
	if (role == ROLE_REPLY) {
		v = HOOKED(reply)(ctx, p);
		if (unlikely(v == READ_FIRST))
			v = HOOKED(ftp)(ctx, p, FROM_SERVER) ?: HOOKED(reply)(ctx, p);
		if (v)
			return v;
		/* not an answer, but a server may be a client as well */
		if (!find_any_port(p, p->tuple.family, &service))
			return HOOKED(refuse_answer)(ctx, p);
	}
	v = HOOKED(request)(ctx, p, service);
	if (unlikely(v == READ_FIRST))
		v = HOOKED(ftp)(ctx, p, FROM_CLIENT) ?: HOOKED(request)(ctx, p, service);
	return v;
}

#endif
