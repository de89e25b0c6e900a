/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The slow way of packets to services that are ring first: see ring_fast.h. No connection is made. */
#ifndef XLVS_RING_FIRST_H
#define XLVS_RING_FIRST_H

#include "request.h"
#include "ring_fast.h"

/* To the server of a flow, whatever stands against it. */
static __always_inline verdict ring_forward(hook_t *ctx, struct pkt *p, __u32 server, __u32 service,
					    enum flow_part part)
{
	struct decision d = {};

	if (!decide_ring(&d, server, service))
		return drop_because(XLVS_REASON_SERVER_GONE);
	if (part == FLOW_BEGINS)
		count_connection(p, server);
	if (d.server->flags & XLVS_SERVER_LOCAL) {
		note_packet(p, server, false);
		return PASS;
	}
	return forward(ctx, p, &d);
}

/* The slow way: places that change, fragments, the own stack, and errors to be answered. */
__noinline verdict HOOKED(ring_request)(hook_t *ctx, struct pkt *p, __u32 service)
{
	enum flow_part part;
	__u32 server;

	if (!p)
		return PASS;
	if (!is_client(&p->tuple))
		return pass_because(XLVS_REASON_BAD_SOURCE);
	part = flow_part(p);
	server = ring_server(&p->tuple, service, part);
	if (server != XLVS_RING_EMPTY)
		return ring_forward(ctx, p, server, service, part);
	return HOOKED(answer_icmp)(ctx, p, ANSWER_NO_PORT, XLVS_REASON_NO_SERVER, 0);
}

#endif
