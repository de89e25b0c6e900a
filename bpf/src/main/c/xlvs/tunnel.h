/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * TUN: an outer header from the director to the real server. IP in IP (RFC
 * 2003, 2473, 4213), GRE (RFC 2784) and GUE (UDP and a four-byte header,
 * variant 0), families mixed at will.
 */
#ifndef XLVS_TUNNEL_H
#define XLVS_TUNNEL_H

#include "hash.h"
#include "rewrite.h"
#include "transmit.h"

struct gre_header {
	__be16 flags;    /* 0x8000: checksum present */
	__be16 protocol; /* EtherType of the inner packet */
};

struct gre_checksum {
	__sum16 checksum;
	__be16 reserved;
};

struct gue_header {
	__u8 variant_and_length; /* 0 */
	__u8 protocol;           /* IP protocol of the inner packet */
	__be16 flags;
};

#define GRE_CHECKSUM bpf_htons(0x8000)

/*
 * Whether the encapsulation's checksum can be had without reading the payload:
 * a transport checksum makes header and payload together the complement of the
 * pseudo header. Fragments and packets without one go without an outer one, too.
 */
static __always_inline bool tunnel_checksummed(hook_t *ctx, const struct pkt *p,
					       const struct xlvs_server *s)
{
	if (!(s->tunnel_flags & XLVS_TUNNEL_CHECKSUM) ||
	    p->l4 - p->l3 != ip_bytes(p->tuple.family) ||
	    p->flags & (PKT_FIRST_FRAGMENT | PKT_LATER_FRAGMENT))
		return false;
	if (p->tuple.protocol == IPPROTO_UDP) {
		const struct udphdr *udp = header_at(ctx, p->l4, sizeof(*udp));

		/* bytes behind the datagram (RFC 9868) are not in its checksum */
		return udp && udp->check && bpf_ntohs(udp->len) == p->length - (p->l4 - p->l3);
	}
	return p->tuple.protocol == IPPROTO_TCP;
}

/* Bytes between the outer IP header and the inner packet. */
static __always_inline int tunnel_shim(enum xlvs_tunnel tunnel, bool checksum)
{
	switch (tunnel) {
	case XLVS_TUNNEL_GUE:
		return sizeof(struct udphdr) + sizeof(struct gue_header);
	case XLVS_TUNNEL_GRE:
		return sizeof(struct gre_header) + (checksum ? sizeof(struct gre_checksum) : 0);
	default:
		return 0;
	}
}

/* IP in IPv4, as nearly all tunnels are: what they are is asked once, not at each step. */
static __always_inline bool is_ipip4(const struct xlvs_server *s)
{
	return likely(s->tunnel == XLVS_TUNNEL_IPIP && s->family == XLVS_IPV4);
}

/* At most so many bytes more. */
static __always_inline int tunnel_overhead(const struct xlvs_server *s)
{
	if (is_ipip4(s))
		return sizeof(struct iphdr);
	return ip_bytes(s->family) + tunnel_shim(s->tunnel, s->tunnel_flags & XLVS_TUNNEL_CHECKSUM);
}

/* The number of the inner packet as an IP payload. */
static __always_inline __u8 inner_protocol(const struct pkt *p)
{
	return p->tuple.family == XLVS_IPV4 ? IPPROTO_IPIP : IPPROTO_IPV6;
}

static __always_inline __u8 outer_protocol(const struct pkt *p, enum xlvs_tunnel tunnel)
{
	if (tunnel == XLVS_TUNNEL_GUE)
		return IPPROTO_UDP;
	if (tunnel == XLVS_TUNNEL_GRE)
		return IPPROTO_GRE;
	return inner_protocol(p);
}

/* What may be asked of adjust_room in tc; XDP needs no such hint. */
static __always_inline __u64 tunnel_hint(enum xlvs_tunnel tunnel, __u8 family)
{
	__u64 hint = family == XLVS_IPV4 ? BPF_F_ADJ_ROOM_ENCAP_L3_IPV4
					 : BPF_F_ADJ_ROOM_ENCAP_L3_IPV6;

	if (tunnel == XLVS_TUNNEL_GUE)
		hint |= BPF_F_ADJ_ROOM_ENCAP_L4_UDP;
	else if (tunnel == XLVS_TUNNEL_GRE)
		hint |= BPF_F_ADJ_ROOM_ENCAP_L4_GRE;
	return hint;
}

static __always_inline void write_outer_ipv4(__be32 *word, struct pkt *p,
					     const struct xlvs_server *s, enum xlvs_tunnel tunnel,
					     __u32 shim)
{
	__u16 length = p->length + shim + sizeof(struct iphdr);
	/* RFC 6040, normal mode: ECN is copied, DSCP too */
	__be32 first = bpf_htonl(0x45000000 | p->tos << 16 | length);
	/* RFC 6864: atomic datagrams need no id */
	__be32 second = p->flags & PKT_DONT_FRAGMENT ? bpf_htonl(0x4000)
						     : bpf_htonl(bpf_get_prandom_u32() << 16);
	__be32 third = bpf_htonl((p->ttl - 1U) << 24 | outer_protocol(p, tunnel) << 16);
	__be32 source = s->tunnel_source[0], destination = s->addr[0];
	__sum16 check;

	/* summed up in registers: reading back what has just been written in smaller pieces is slow
	 */
	check = ~csum_fold16((__u64)first + second + third + source + destination);
	word[0] = first;
	word[1] = second;
	word[2] = third | bpf_htonl(bpf_ntohs(check));
	word[3] = source;
	word[4] = destination;
}

static __always_inline void write_outer_ipv6(struct ipv6hdr *ip, struct pkt *p,
					     const struct xlvs_server *s, enum xlvs_tunnel tunnel,
					     __u32 shim)
{
	*(__be32 *)ip = bpf_htonl(6 << 28 | (__u32)p->tos << 20);
	ip->payload_len = bpf_htons(p->length + shim);
	ip->nexthdr = outer_protocol(p, tunnel);
	ip->hop_limit = p->ttl - 1;
	__builtin_memcpy(&ip->saddr, s->tunnel_source, 16);
	__builtin_memcpy(&ip->daddr, s->addr, 16);
}

/* Sum over the inner packet at `inner`, for which tunnel_checksummed() held. */
static __always_inline __u64 sum_inner(hook_t *ctx, struct pkt *p, __u32 inner)
{
	const struct xlvs_tuple *t = &p->tuple;
	__u64 pseudo = bpf_htons(t->protocol) + bpf_htons(p->length - (p->l4 - inner));
	__u64 header = 0;

	if (t->family == XLVS_IPV4) {
		struct iphdr *ip = header_at(ctx, inner, sizeof(*ip));

		if (ip)
			header = csum_words(ip, sizeof(*ip));
		pseudo += (__u64)t->saddr[0] + t->daddr[0];
	} else {
		struct ipv6hdr *ip = header_at(ctx, inner, sizeof(*ip));

		if (ip)
			header = csum_words(ip, sizeof(*ip));
		pseudo += csum_words(t->saddr, 32);
	}
	return header + (__u16)~csum_fold16(pseudo);
}

static __always_inline int write_gre(hook_t *ctx, struct pkt *p, __u32 offset, __u32 inner,
				     bool checksum)
{
	__u64 sum = checksum ? sum_inner(ctx, p, inner) : 0;
	struct gre_header *gre;

	gre = header_at(ctx, offset, sizeof(*gre));
	if (!gre)
		return -1;
	gre->flags = checksum ? GRE_CHECKSUM : 0;
	gre->protocol = p->tuple.family == XLVS_IPV4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);
	if (checksum) {
		struct gre_checksum *c = header_at(ctx, offset + sizeof(*gre), sizeof(*c));

		if (!c)
			return -1;
		c->reserved = 0;
		c->checksum = ~csum_fold16(sum + gre->flags + gre->protocol);
	}
	return 0;
}

static __always_inline int write_gue(hook_t *ctx, struct pkt *p, const struct xlvs_server *s,
				     __u32 offset, __u32 inner, bool checksum)
{
	const struct xlvs_tuple *t = &p->tuple;
	__u64 hash = xlvs_hash(two_words(t->saddr), two_words(t->saddr + 2),
			       t->sport | (__u32)t->dport << 16, settings.hash_seed);
	__u16 length = p->length + sizeof(struct udphdr) + sizeof(struct gue_header);
	struct {
		struct udphdr udp;
		struct gue_header gue;
	} *shim;
	__u64 sum = checksum ? sum_inner(ctx, p, inner) : 0;

	shim = header_at(ctx, offset, sizeof(*shim));
	if (!shim)
		return -1;
	shim->udp.source = bpf_htons(
		0xc000 | (hash & 0x3fff)); /* RFC 6335's dynamic ports: entropy for ECMP */
	shim->udp.dest = s->tunnel_port;
	shim->udp.len = bpf_htons(length);
	shim->udp.check = 0;
	shim->gue.variant_and_length = 0;
	shim->gue.protocol = inner_protocol(p);
	shim->gue.flags = 0;
	if (checksum) {
		sum += csum_words(shim, sizeof(*shim)) + bpf_htons(IPPROTO_UDP) + bpf_htons(length);
		if (s->family == XLVS_IPV4)
			sum += (__u64)s->tunnel_source[0] + s->addr[0];
		else
			sum += csum_words(s->tunnel_source, 16) + csum_words(s->addr, 16);
		shim->udp.check = ~csum_fold16(sum);
		if (!shim->udp.check)
			shim->udp.check = 0xffff;
	}
	return 0;
}

/* Encapsulates the packet towards the server and sends it; `family` is the outer one. */
static __always_inline verdict send_by(hook_t *ctx, struct pkt *p, void *frame,
				       const struct xlvs_server *s,
				       const struct xlvs_next_hop *hop, enum xlvs_tunnel tunnel,
				       __u8 family)
{
	bool checksum = tunnel != XLVS_TUNNEL_IPIP && tunnel_checksummed(ctx, p, s);
	__u32 shim = tunnel_shim(tunnel, checksum);
	__u32 outer = ip_bytes(family);
	int link = hook_link_bytes(hop);
	__u32 offset = link + outer, inner = offset + shim;
	int failed = 0;

	if (age_ip(ctx, p, frame))
		return drop_because(XLVS_REASON_INTERNAL);
	if (make_room(ctx, p, link, outer + shim, tunnel_hint(tunnel, family)))
		return drop_because(XLVS_REASON_NO_ROOM);
	/* in each branch: kernel 6.1 would not know behind them which was checked for */
	if (family == XLVS_IPV4) {
		frame = header_at(ctx, 0, link + sizeof(struct iphdr));
		if (!frame)
			return drop_because(XLVS_REASON_INTERNAL);
		write_outer_ipv4(frame + link, p, s, tunnel, shim);
	} else {
		frame = header_at(ctx, 0, link + sizeof(struct ipv6hdr));
		if (!frame)
			return drop_because(XLVS_REASON_INTERNAL);
		write_outer_ipv6(frame + link, p, s, tunnel, shim);
	}
	if (tunnel == XLVS_TUNNEL_GRE)
		failed = write_gre(ctx, p, offset, inner, checksum);
	else if (tunnel == XLVS_TUNNEL_GUE)
		failed = write_gue(ctx, p, s, offset, inner, checksum);
	if (failed)
		return drop_because(XLVS_REASON_INTERNAL);
	return transmit(ctx, frame, hop, family);
}

static __always_inline verdict send_tunnelled(hook_t *ctx, struct pkt *p, void *frame,
					      const struct xlvs_server *s,
					      const struct xlvs_next_hop *hop)
{
	if (is_ipip4(s))
		return send_by(ctx, p, frame, s, hop, XLVS_TUNNEL_IPIP, XLVS_IPV4);
	return send_by(ctx, p, frame, s, hop, s->tunnel, s->family);
}

#endif
