/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The fast way, for frames as nearly all are: TCP or UDP in the middle of a
 * flow, no IPv4 options, IPv6 extensions or fragments. They are read by fixed
 * offsets into a struct pkt whose address no other function gets, so that it
 * lives in registers. Whatever is unusual goes to parse() and the long way.
 */
#ifndef XLVS_PLAIN_H
#define XLVS_PLAIN_H

#include "cached.h"
#include "parse.h"
#include "ring_fast.h"

static __always_inline bool parse_plain4(hook_t *ctx, struct pkt *p, void *frame)
{
	struct iphdr *ip = header_of(ctx, frame, p->l3, sizeof(*ip));
	__u64 addresses;
	__u16 fragment;
	__u32 first;

	if (!ip)
		return false;
	first = bpf_ntohl(load32(ip)); /* version, header length, TOS, total length */
	fragment = ip->frag_off;
	addresses = load64(&ip->saddr);
	p->length = first & 0xffff;
	if (first >> 24 != 0x45 || fragment & bpf_htons(0x3fff) || p->length < sizeof(*ip))
		return false;
	p->flags = fragment & bpf_htons(0x4000) ? PKT_DONT_FRAGMENT : 0;
	p->tos = first >> 16;
	p->ttl = ip->ttl;
	p->tuple.family = XLVS_IPV4;
	p->tuple.protocol = ip->protocol;
	p->tuple.saddr[0] = addresses;
	p->tuple.daddr[0] = addresses >> 32;
	p->l4 = p->l3 + sizeof(*ip);
	return true;
}

/* An address in two loads. */
static __always_inline void read_address(__be32 *address, const void *from)
{
	__u64 low = load64(from), high = load64(from + 8);

	address[0] = low;
	address[1] = low >> 32;
	address[2] = high;
	address[3] = high >> 32;
}

static __always_inline bool parse_plain6(hook_t *ctx, struct pkt *p, void *frame)
{
	struct ipv6hdr *ip = header_of(ctx, frame, p->l3, sizeof(*ip));
	__u32 first;

	if (!ip)
		return false;
	first = bpf_ntohl(load32(ip)); /* version, traffic class, flow label */
	if (first >> 28 != 6)
		return false;
	p->length = bpf_ntohs(ip->payload_len) + sizeof(*ip);
	p->flags = PKT_DONT_FRAGMENT; /* nobody but the sender fragments IPv6 */
	p->tos = first >> 20;
	p->ttl = ip->hop_limit;
	p->tuple.family = XLVS_IPV6;
	p->tuple.protocol = ip->nexthdr;
	read_address(p->tuple.saddr, &ip->saddr);
	read_address(p->tuple.daddr, &ip->daddr);
	p->l4 = p->l3 + sizeof(*ip);
	return true;
}

/* Ports and flags. Other protocols have theirs elsewhere. */
static __always_inline bool parse_plain_transport(hook_t *ctx, struct pkt *p, void *frame,
						  __u8 family)
{
	__u32 payload = p->length - ip_bytes(family);

	if (likely(p->tuple.protocol == IPPROTO_TCP))
		return !parse_tcp(header_in(ctx, frame, p->l4, sizeof(struct tcphdr)), p, payload);
	return p->tuple.protocol == IPPROTO_UDP &&
	       !parse_udp(header_in(ctx, frame, p->l4, sizeof(struct udphdr)), p, payload);
}

/* The family is a constant where this is called, so that each has code of its own. */
static __always_inline verdict fast_in(hook_t *ctx, struct pkt *p, void *frame, __u8 family)
{
	__u32 bits;

	if (!(family == XLVS_IPV4 ? parse_plain4(ctx, p, frame) : parse_plain6(ctx, p, frame)) ||
	    !is_complete(ctx, p) || !parse_plain_transport(ctx, p, frame, family))
		return UNUSUAL;
	bits = may_be_ours_in(p, family);
	if (!bits && !hook_mark(ctx))
		return PASS;
	if (unlikely(bits & DESTINATION_RING_FIRST)) {
		verdict v = ring_first_in(ctx, p, frame, family);

		if (likely(v))
			return v;
	}
	return likely(is_mid_flow(p)) ? cached_in(ctx, p, frame, family) : CONTINUE;
}

/*
 * CONTINUE if the long way is to look at the frame, UNUSUAL if it was not plain. A function of
 * its own, so that the long way need not pay for its stack. TAGGED: the frame has VLAN tags.
 */
static __noinline verdict fast(hook_t *ctx, __u32 cpu)
{
	struct pkt p = { .cpu = cpu, .l3 = ETH_HLEN };
	void *frame = hook_data(ctx);
	__be16 protocol;

	if (frame + ETH_HLEN + sizeof(struct iphdr) > hook_end(ctx))
		return UNUSUAL;
	protocol = load16(frame + offsetof(struct ethhdr, h_proto));
	if (likely(protocol == bpf_htons(ETH_P_IP)))
		return fast_in(ctx, &p, frame, XLVS_IPV4);
	if (protocol == bpf_htons(ETH_P_IPV6))
		return frame + ETH_HLEN + sizeof(struct ipv6hdr) <= hook_end(ctx)
			       ? fast_in(ctx, &p, frame, XLVS_IPV6)
			       : UNUSUAL;
	return HOOK_FRAMES_HAVE_TAGS && is_tag(protocol) ? TAGGED : UNUSUAL;
}

/* The same for a frame with VLAN tags, whose headers are read by offsets that vary. */
static __noinline verdict fast_tagged(hook_t *ctx, __u32 cpu)
{
	struct pkt p = { .cpu = cpu };
	__be16 protocol = parse_link(ctx, &p);

	if (protocol == bpf_htons(ETH_P_IP))
		return fast_in(ctx, &p, NULL, XLVS_IPV4);
	return protocol == bpf_htons(ETH_P_IPV6) ? fast_in(ctx, &p, NULL, XLVS_IPV6) : UNUSUAL;
}

#endif
