// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Floor A, per method a balancer as they are built today: service hash, one
 * look-up in an LRU hash of a million connections, per-CPU counters, rewrite.
 */
#include "floor_flow.h"

/* Value: what a new connection's entry begins as. */
TABLE(vips, BPF_MAP_TYPE_HASH, 16384, struct vip, struct flow);
TABLE(flows4, BPF_MAP_TYPE_LRU_HASH, 1 << 20, struct key4, struct flow);
TABLE(flows6, BPF_MAP_TYPE_LRU_HASH, 1 << 20, struct key6, struct flow);
TABLE(servers, BPF_MAP_TYPE_ARRAY, 1024, __u32, struct server);
TABLE(counts, BPF_MAP_TYPE_PERCPU_ARRAY, 1024, __u32, struct count);

static __always_inline const struct server *count_to(__u32 index, __u32 bytes)
{
	struct count *c = bpf_map_lookup_elem(&counts, &index);

	if (c) {
		c->packets++;
		c->bytes += bytes;
	}
	return bpf_map_lookup_elem(&servers, &index);
}


static __always_inline struct flow *find4(const struct packet4 *p, enum method m, const struct flow *service)
{
	struct key4 key = {
		.saddr = p->ip.saddr,
		.daddr = p->ip.daddr,
		.sport = p->l4.source,
		.dport = p->l4.dest,
		.protocol = p->ip.protocol,
	};
	struct flow *f = bpf_map_lookup_elem(&flows4, &key);

	if (f || !is_first(&p->l4, p->ip.protocol))
		return f;
	if (m >= NAT_IN) {
		struct key4 reply = {
			.saddr = service->daddr[0],
			.daddr = m == NAT_IN ? key.saddr : service->saddr[0],
			.sport = service->dport,
			.dport = key.sport,
			.protocol = key.protocol,
		};

		bpf_map_update_elem(&flows4, &reply, service, BPF_ANY);
	}
	bpf_map_update_elem(&flows4, &key, service, BPF_ANY);
	return bpf_map_lookup_elem(&flows4, &key);
}

static __always_inline int balance4(struct xdp_md *ctx, enum method m)
{
	struct packet4 *p = (void *)(long)ctx->data + sizeof(struct ethhdr);
	bool reply = m == NAT_OUT || m == FULLNAT_OUT;
	const struct server *s;
	const struct flow *service;
	struct vip vip = {};
	struct flow *f;

	if ((void *)(p + 1) > (void *)(long)ctx->data_end || p->ip.ihl != 5 || p->ip.frag_off & bpf_htons(0x3fff) ||
	    !is_balanced(p->ip.protocol))
		return XDP_PASS;
	vip.addr[0] = reply ? p->ip.saddr : p->ip.daddr;
	vip.port = reply ? p->l4.source : p->l4.dest;
	vip.protocol = p->ip.protocol;
	service = bpf_map_lookup_elem(&vips, &vip);
	if (!service)
		return XDP_PASS;
	f = find4(p, m, service);
	if (!f)
		return XDP_PASS;
	s = count_to(f->server, bpf_ntohs(p->ip.tot_len));
	if (!s)
		return XDP_ABORTED;
	if (m >= NAT_IN)
		translate4(p, f, m);
	else
		age4(&p->ip, 0);
	if (m == TUN && push4(ctx, &p->ip, s))
		return XDP_ABORTED;
	return link_layer(ctx, s, bpf_htons(ETH_P_IP));
}

static __always_inline struct flow *find6(const struct packet6 *p, enum method m, const struct flow *service)
{
	struct key6 key, reply;
	struct flow *f;

	__builtin_memcpy(key.saddr, &p->ip.saddr, 16);
	__builtin_memcpy(key.daddr, &p->ip.daddr, 16);
	key.sport = p->l4.source;
	key.dport = p->l4.dest;
	key.protocol = p->ip.nexthdr;
	f = bpf_map_lookup_elem(&flows6, &key);
	if (f || !is_first(&p->l4, p->ip.nexthdr))
		return f;
	if (m >= NAT_IN) {
		__builtin_memcpy(reply.saddr, service->daddr, 16);
		__builtin_memcpy(reply.daddr, m == NAT_IN ? key.saddr : service->saddr, 16);
		reply.sport = service->dport;
		reply.dport = key.sport;
		reply.protocol = key.protocol;
		bpf_map_update_elem(&flows6, &reply, service, BPF_ANY);
	}
	bpf_map_update_elem(&flows6, &key, service, BPF_ANY);
	return bpf_map_lookup_elem(&flows6, &key);
}

static __always_inline int balance6(struct xdp_md *ctx, enum method m)
{
	struct packet6 *p = (void *)(long)ctx->data + sizeof(struct ethhdr);
	bool reply = m == NAT_OUT || m == FULLNAT_OUT;
	const struct server *s;
	const struct flow *service;
	struct vip vip = {};
	struct flow *f;

	if ((void *)(p + 1) > (void *)(long)ctx->data_end || !is_balanced(p->ip.nexthdr))
		return XDP_PASS;
	__builtin_memcpy(vip.addr, reply ? &p->ip.saddr : &p->ip.daddr, 16);
	vip.port = reply ? p->l4.source : p->l4.dest;
	vip.protocol = p->ip.nexthdr;
	service = bpf_map_lookup_elem(&vips, &vip);
	if (!service)
		return XDP_PASS;
	f = find6(p, m, service);
	if (!f)
		return XDP_PASS;
	s = count_to(f->server, bpf_ntohs(p->ip.payload_len) + sizeof(p->ip));
	if (!s)
		return XDP_ABORTED;
	if (m >= NAT_IN)
		translate6(p, f, m);
	else
		p->ip.hop_limit--;
	if (m == TUN && push6(ctx, &p->ip, s))
		return XDP_ABORTED;
	return link_layer(ctx, s, bpf_htons(ETH_P_IPV6));
}

static __always_inline int balance(struct xdp_md *ctx, enum method m)
{
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_PASS;
	if (eth->h_proto == bpf_htons(ETH_P_IP))
		return balance4(ctx, m);
	if (eth->h_proto == bpf_htons(ETH_P_IPV6))
		return balance6(ctx, m);
	return XDP_PASS;
}

SEC("xdp.frags")
int floor_dr(struct xdp_md *ctx)
{
	return balance(ctx, DR);
}

SEC("xdp.frags")
int floor_tun(struct xdp_md *ctx)
{
	return balance(ctx, TUN);
}

SEC("xdp.frags")
int floor_nat_in(struct xdp_md *ctx)
{
	return balance(ctx, NAT_IN);
}

SEC("xdp.frags")
int floor_nat_out(struct xdp_md *ctx)
{
	return balance(ctx, NAT_OUT);
}

SEC("xdp.frags")
int floor_fullnat_in(struct xdp_md *ctx)
{
	return balance(ctx, FULLNAT_IN);
}

SEC("xdp.frags")
int floor_fullnat_out(struct xdp_md *ctx)
{
	return balance(ctx, FULLNAT_OUT);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
