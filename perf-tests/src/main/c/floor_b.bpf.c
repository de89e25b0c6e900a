// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Floor B, the least that a balancer costs which tracks connections: see
 * floor_cache.h. One program for DR, TUN and NAT of IPv4; a connection that is not
 * there is made on the spot, from what its service says.
 */
#include "floor_cache.h"
#include "floor_leave.h"

SEC("xdp.frags")
int floor_b(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct packet4 *p = (void *)(eth + 1);
	const struct endpoint *e;
	const struct server *s;
	struct line *line;
	struct way *w;
	__u64 hash;

	if ((void *)(p + 1) > (void *)(long)ctx->data_end || eth->h_proto != bpf_htons(ETH_P_IP) || p->ip.ihl != 5 ||
	    p->ip.frag_off & bpf_htons(0x3fff) || !is_balanced(p->ip.protocol))
		return XDP_PASS;
	e = find_endpoint(p->ip.daddr, p->l4.dest, p->ip.protocol);
	if (!e)
		e = find_endpoint(p->ip.saddr, p->l4.source, p->ip.protocol);
	if (!e)
		return XDP_PASS;
	hash = way_hash(p);
	line = line_of(hash);
	if (!line)
		return XDP_ABORTED;
	w = find_way(line, p) ?: keep_way(line, p, e, hash);
	s = tally(w->server, bpf_ntohs(p->ip.tot_len));
	if (!s)
		return XDP_ABORTED;
	rewrite(p, w);
	if (w->method == 1 + TUN && push4(ctx, &p->ip, s))
		return XDP_ABORTED;
	return leave(ctx, s);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
