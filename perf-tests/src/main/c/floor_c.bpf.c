// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Floor C, the least that a balancer costs which keeps nothing of any flow: the
 * service in an inlined table, the server from a ring by a hash of the client,
 * its address and port. DR and TUN of IPv4.
 */
#include "floor_cache.h"
#include "floor_leave.h"

#define RING_BITS 16

/* Servers by place; the same ring for every service, whose only server is the endpoint's. */
ARRAY(ring, 1 << RING_BITS, __u32);

SEC("xdp.frags")
int floor_c(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct packet4 *p = (void *)(eth + 1);
	const struct endpoint *e;
	const struct server *s;
	const __u32 *offset;

	if ((void *)(p + 1) > (void *)(long)ctx->data_end || eth->h_proto != bpf_htons(ETH_P_IP) || p->ip.ihl != 5 ||
	    p->ip.frag_off & bpf_htons(0x3fff) || !is_balanced(p->ip.protocol))
		return XDP_PASS;
	e = find_endpoint(p->ip.daddr, p->l4.dest, p->ip.protocol);
	if (!e)
		return XDP_PASS;
	offset = at(&ring, mix(p->ip.saddr, p->l4.source) >> (64 - RING_BITS));
	if (!offset)
		return XDP_ABORTED;
	s = tally(e->server + *offset, bpf_ntohs(p->ip.tot_len));
	if (!s)
		return XDP_ABORTED;
	age4(&p->ip, 0);
	if (e->method == 1 + TUN && push4(ctx, &p->ip, s))
		return XDP_ABORTED;
	return leave(ctx, s);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
