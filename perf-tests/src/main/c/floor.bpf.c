// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Floor programs: (b) parse and swap of MAC addresses; (c) per method a
 * balancer as they are built today: service hash, one look-up in an LRU hash of
 * a million connections, per-CPU counters, rewrite. Floor (a), XDP_TX at once,
 * is the harness's own send_back.
 */
#include "floor.h"

/* IP and transport header as they follow Ethernet's: every field is aligned in here, if not in memory. */
struct packet4 {
	struct iphdr ip;
	struct tcphdr l4; /* UDP's header is shorter, the frames are not */
};

struct packet6 {
	struct ipv6hdr ip;
	struct tcphdr l4;
};

static __always_inline bool is_balanced(__u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

SEC("xdp.frags")
int floor_swap(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct packet4 *p4 = (void *)(eth + 1);
	struct packet6 *p6 = (void *)(eth + 1);
	void *end = (void *)(long)ctx->data_end;
	__u8 mac[ETH_ALEN];

	if ((void *)(p4 + 1) > end)
		return XDP_PASS;
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		if (p4->ip.ihl != 5 || !is_balanced(p4->ip.protocol))
			return XDP_PASS;
	} else if (eth->h_proto != bpf_htons(ETH_P_IPV6) || (void *)(p6 + 1) > end ||
		   !is_balanced(p6->ip.nexthdr)) {
		return XDP_PASS;
	}
	__builtin_memcpy(mac, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, mac, ETH_ALEN);
	return XDP_TX;
}

static __always_inline void age4(struct iphdr *ip, __u64 diff)
{
	__be16 before = *(__be16 *)&ip->ttl;

	ip->ttl--;
	csum_change(&ip->check, diff + (__u16)~before + *(__be16 *)&ip->ttl);
}

static __always_inline void translate4(struct packet4 *p, const struct flow *f, enum method m)
{
	__u64 ip_diff = 0, port_diff;
	__be32 *ports = ports_of(&p->l4);
	__be32 before = *ports;
	__be16 *port = (__be16 *)ports;

	if (m != NAT_IN) {
		ip_diff += word_diff(p->ip.saddr, f->saddr[0]);
		p->ip.saddr = f->saddr[0];
		port[0] = f->sport;
	}
	if (m != NAT_OUT) {
		ip_diff += word_diff(p->ip.daddr, f->daddr[0]);
		p->ip.daddr = f->daddr[0];
		port[1] = f->dport;
	}
	port_diff = word_diff(before, *ports);
	l4_csum_change(&p->l4, p->ip.protocol, ip_diff + port_diff);
	age4(&p->ip, ip_diff);
}

/* Pushes the outer header and leaves room for Ethernet's: RFC 2003, RFC 6040. */
static __always_inline int push4(struct xdp_md *ctx, const struct iphdr *inner, const struct server *s)
{
	__u16 inner_length = bpf_ntohs(inner->tot_len);
	__u8 tos = inner->tos, ttl = inner->ttl;
	struct iphdr *ip;
	__u64 sum = 0;

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*ip)))
		return -1;
	ip = (void *)(long)ctx->data + sizeof(struct ethhdr);
	if ((void *)(ip + 1) > (void *)(long)ctx->data_end)
		return -1;
	*(__be16 *)ip = bpf_htons(0x4500 | tos);
	ip->tot_len = bpf_htons(inner_length + sizeof(*ip));
	ip->id = 0;
	ip->frag_off = bpf_htons(0x4000);
	ip->ttl = ttl;
	ip->protocol = IPPROTO_IPIP;
	ip->check = 0;
	ip->saddr = s->tunnel_source[0];
	ip->daddr = s->tunnel_destination[0];
#pragma unroll
	for (int i = 0; i < 5; i++)
		sum += ((__u32 *)ip)[i];
	ip->check = 0xffff;
	csum_change(&ip->check, sum);
	return 0;
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

static __always_inline int link_layer(struct xdp_md *ctx, const struct server *s, __be16 protocol)
{
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	__builtin_memcpy(eth, s->macs, sizeof(s->macs));
	eth->h_proto = protocol;
	return XDP_TX;
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

static __always_inline void translate6(struct packet6 *p, const struct flow *f, enum method m)
{
	__be32 *ports = ports_of(&p->l4);
	__be16 *port = (__be16 *)ports;
	__be32 before = *ports;
	__u64 diff = 0;

	if (m != NAT_IN) {
		diff += address6_diff(p->ip.saddr.in6_u.u6_addr32, f->saddr);
		__builtin_memcpy(&p->ip.saddr, f->saddr, 16);
		port[0] = f->sport;
	}
	if (m != NAT_OUT) {
		diff += address6_diff(p->ip.daddr.in6_u.u6_addr32, f->daddr);
		__builtin_memcpy(&p->ip.daddr, f->daddr, 16);
		port[1] = f->dport;
	}
	l4_csum_change(&p->l4, p->ip.nexthdr, diff + word_diff(before, *ports));
	p->ip.hop_limit--;
}

static __always_inline int push6(struct xdp_md *ctx, const struct ipv6hdr *inner, const struct server *s)
{
	__u16 inner_length = bpf_ntohs(inner->payload_len) + sizeof(*inner);
	__be32 version_class = *(__be32 *)inner & bpf_htonl(0xfff00000);
	__u8 hop_limit = inner->hop_limit;
	struct ipv6hdr *ip;

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*ip)))
		return -1;
	ip = (void *)(long)ctx->data + sizeof(struct ethhdr);
	if ((void *)(ip + 1) > (void *)(long)ctx->data_end)
		return -1;
	*(__be32 *)ip = version_class;
	ip->payload_len = bpf_htons(inner_length);
	ip->nexthdr = IPPROTO_IPV6;
	ip->hop_limit = hop_limit;
	__builtin_memcpy(&ip->saddr, s->tunnel_source, 16);
	__builtin_memcpy(&ip->daddr, s->tunnel_destination, 16);
	return 0;
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
