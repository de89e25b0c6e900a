/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * From Ethernet to ports. A packet that is no IP, or whose headers make no
 * sense, is passed on as it came: it is not ours to judge; only the sense it
 * lacks is counted.
 */
#ifndef XLVS_PARSE_H
#define XLVS_PARSE_H

#include "parse_sctp.h"

#define VLAN_TAGS 2
#define IPV6_EXTENSIONS 8

struct vlan_tag {
	__be16 tci;
	__be16 protocol;
};

struct ipv6_extension {
	__u8 next;
	__u8 length; /* in 8 bytes, without the first 8 */
	__u8 routing_type;
	__u8 segments_left; /* routing header: addresses still to be visited */
};

struct ipv6_fragment {
	__u8 next;
	__u8 reserved;
	__be16 offset; /* 13 bits, in 8 bytes; lowest bit: more fragments */
	__be32 id;
};

static __always_inline bool is_tag(__be16 protocol)
{
	return protocol == bpf_htons(ETH_P_8021Q) || protocol == bpf_htons(ETH_P_8021AD);
}

/* The protocol in the frame's last link-layer header; p->l3 stands behind it. */
static __always_inline __be16 parse_link(hook_t *ctx, struct pkt *p)
{
	struct ethhdr *eth = header_at(ctx, 0, sizeof(*eth));
	__be16 protocol;

	if (!eth)
		return 0;
	protocol = *(__be16 *)((void *)eth + offsetof(struct ethhdr, h_proto)); /* packed */
	p->l3 = sizeof(*eth);
#pragma unroll
	for (int i = 0; i < VLAN_TAGS; i++) {
		struct vlan_tag *tag;

		if (likely(!is_tag(protocol)))
			break;
		tag = header_at(ctx, p->l3, sizeof(*tag));
		if (!tag)
			return 0;
		protocol = tag->protocol;
		p->l3 += sizeof(*tag);
	}
	return protocol;
}

static __always_inline verdict parse_ipv4(hook_t *ctx, struct pkt *p)
{
	struct iphdr *ip = header_at(ctx, p->l3, sizeof(*ip));
	__u16 fragment;

	if (!ip)
		return pass_because(XLVS_REASON_TRUNCATED);
	if (ip->version != 4 || ip->ihl < 5)
		return pass_because(XLVS_REASON_BAD_HEADER);
	p->length = bpf_ntohs(ip->tot_len);
	if (p->length < ip->ihl * 4)
		return pass_because(XLVS_REASON_BAD_LENGTH);
	p->l4 = p->l3 + ip->ihl * 4;
	p->ttl = ip->ttl;
	p->tos = ip->tos;
	p->tuple.family = XLVS_IPV4;
	p->tuple.protocol = ip->protocol;
	p->tuple.saddr[0] = ip->saddr;
	p->tuple.daddr[0] = ip->daddr;
	fragment = bpf_ntohs(ip->frag_off);
	if (fragment & 0x4000)
		p->flags |= PKT_DONT_FRAGMENT;
	if (unlikely(fragment & 0x3fff)) {
		p->flags |= fragment & 0x1fff ? PKT_LATER_FRAGMENT : PKT_FIRST_FRAGMENT;
		p->fragment_id = ip->id;
	}
	return CONTINUE;
}

static __always_inline bool is_extension(__u8 next)
{
	return next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS ||
	       next == IPPROTO_FRAGMENT;
}

/* Walks the extension headers until the transport header, or a fragment without one. */
static __always_inline verdict parse_ipv6_extensions(hook_t *ctx, struct pkt *p, __u8 next)
{
	__u32 offset = p->l3 + sizeof(struct ipv6hdr);

#pragma unroll
	for (int i = 0; i <= IPV6_EXTENSIONS; i++) {
		struct ipv6_extension *extension;

		if (next == IPPROTO_FRAGMENT) {
			struct ipv6_fragment *fragment = header_at(ctx, offset, sizeof(*fragment));

			if (!fragment)
				return pass_because(XLVS_REASON_TRUNCATED);
			if (fragment->offset & bpf_htons(0xfff8))
				p->flags |= PKT_LATER_FRAGMENT;
			else if (fragment->offset & bpf_htons(1))
				p->flags |= PKT_FIRST_FRAGMENT;
			p->fragment_id = fragment->id;
			next = fragment->next;
			offset += sizeof(*fragment);
			if (p->flags & PKT_LATER_FRAGMENT)
				break;
		} else if (is_extension(next)) {
			extension = header_at(ctx, offset, sizeof(*extension));
			if (!extension)
				return pass_because(XLVS_REASON_TRUNCATED);
			/* here to be sent on: its destination is another */
			if (next == IPPROTO_ROUTING && extension->segments_left)
				return PASS;
			next = extension->next;
			offset += (extension->length + 1) * 8;
		} else {
			break;
		}
		if (offset > MAX_HEADER_OFFSET - 64 || i == IPV6_EXTENSIONS)
			return pass_because(XLVS_REASON_TOO_MANY_HEADERS);
	}
	p->tuple.protocol = next;
	p->l4 = offset;
	return CONTINUE;
}

static __always_inline verdict parse_ipv6(hook_t *ctx, struct pkt *p)
{
	struct ipv6hdr *ip = header_at(ctx, p->l3, sizeof(*ip));
	__u8 next;

	if (!ip)
		return pass_because(XLVS_REASON_TRUNCATED);
	if (ip->version != 6)
		return pass_because(XLVS_REASON_BAD_HEADER);
	p->length = bpf_ntohs(ip->payload_len) + sizeof(*ip);
	p->ttl = ip->hop_limit;
	p->tos = ip->priority << 4 | ip->flow_lbl[0] >> 4;
	p->flags |= PKT_DONT_FRAGMENT; /* nobody but the sender fragments IPv6 */
	p->tuple.family = XLVS_IPV6;
	__builtin_memcpy(p->tuple.saddr, &ip->saddr, 16);
	__builtin_memcpy(p->tuple.daddr, &ip->daddr, 16);
	next = ip->nexthdr;
	if (likely(next == IPPROTO_TCP || next == IPPROTO_UDP)) {
		p->tuple.protocol = next;
		p->l4 = p->l3 + sizeof(*ip);
		return CONTINUE;
	}
	return parse_ipv6_extensions(ctx, p, next);
}

/* In one load: the flow cache compares both at once. */
static __always_inline void read_ports(struct pkt *p, const void *transport)
{
	__u32 ports = load32(transport);

	p->tuple.sport = ports;
	p->tuple.dport = ports >> 16;
}

/* `tcp` is NULL if the frame does not hold it. */
static __always_inline verdict parse_tcp(const struct tcphdr *tcp, struct pkt *p, __u32 payload)
{
	if (unlikely(!tcp || tcp->doff < 5 || payload < tcp->doff * 4))
		return pass_because(payload < sizeof(*tcp) ? XLVS_REASON_BAD_LENGTH
				    : !tcp		   ? XLVS_REASON_TRUNCATED
							   : XLVS_REASON_BAD_HEADER);
	read_ports(p, tcp);
	p->tcp_flags = ((__u8 *)tcp)[13];
	p->ack = bpf_ntohl(tcp->ack_seq);
	return CONTINUE;
}

static __always_inline verdict parse_udp(const struct udphdr *udp, struct pkt *p, __u32 payload)
{
	__u32 length;

	if (payload < sizeof(*udp))
		return pass_because(XLVS_REASON_BAD_LENGTH);
	if (!udp)
		return pass_because(XLVS_REASON_TRUNCATED);
	length = bpf_ntohs(udp->len);
	if (length < sizeof(*udp) || (length > payload && !(p->flags & PKT_FIRST_FRAGMENT)))
		return pass_because(XLVS_REASON_BAD_LENGTH);
	read_ports(p, udp);
	return CONTINUE;
}

/* Whether the frame holds the whole IP packet, in parts outside the linear one if need be. */
static __always_inline bool is_complete(hook_t *ctx, const struct pkt *p)
{
	return likely(hook_data(ctx) + p->l3 + p->length <= hook_end(ctx)) ||
	       p->l3 + p->length <= hook_length(ctx);
}

static __always_inline verdict parse_transport(hook_t *ctx, struct pkt *p)
{
	__u32 header = p->l4 - p->l3;
	__u32 payload = p->length - header;

	if (p->length < header)
		return pass_because(XLVS_REASON_BAD_LENGTH);
	if (!is_complete(ctx, p))
		return pass_because(XLVS_REASON_TRUNCATED);
	if (p->flags & PKT_LATER_FRAGMENT)
		return CONTINUE;
	if (likely(p->tuple.protocol == IPPROTO_TCP))
		return parse_tcp(header_at(ctx, p->l4, sizeof(struct tcphdr)), p, payload);
	if (p->tuple.protocol == IPPROTO_UDP)
		return parse_udp(header_at(ctx, p->l4, sizeof(struct udphdr)), p, payload);
	if (p->tuple.protocol == IPPROTO_SCTP)
		return HOOKED(parse_sctp)(ctx, p);
	return CONTINUE;
}

static __always_inline verdict parse(hook_t *ctx, struct pkt *p)
{
	__be16 protocol = parse_link(ctx, p);
	verdict v;

	if (protocol == bpf_htons(ETH_P_IP))
		v = parse_ipv4(ctx, p);
	else if (protocol == bpf_htons(ETH_P_IPV6))
		v = parse_ipv6(ctx, p);
	else
		return PASS;
	if (unlikely(v))
		return v;
	return parse_transport(ctx, p);
}

#endif
