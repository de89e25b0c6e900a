/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What all floor programs do to a packet whose fate is decided. */
#ifndef FLOOR_REWRITE_H
#define FLOOR_REWRITE_H

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

/* What one less in the TTL, the upper byte of its word, adds to the checksum: read back after the store, it would stall. */
#define TTL_LESS (0xffff - bpf_htons(0x0100))

static __always_inline void age4(struct iphdr *ip, __u64 diff)
{
	ip->ttl--;
	csum_change(&ip->check, diff + TTL_LESS);
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

static __always_inline int link_layer(struct xdp_md *ctx, const struct server *s, __be16 protocol)
{
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	__builtin_memcpy(eth, s->macs, sizeof(s->macs));
	eth->h_proto = protocol;
	return XDP_TX;
}

#endif
