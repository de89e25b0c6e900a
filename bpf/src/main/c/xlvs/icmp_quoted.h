/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* An ICMP error's checksum, and the packet that it quotes: at least its IP headers and eight bytes
 * more. */
#ifndef XLVS_ICMP_QUOTED_H
#define XLVS_ICMP_QUOTED_H

#include "icmp_error.h"
#include "parse.h"

enum quoted_part {
	QUOTED_NOTHING,
	QUOTED_ADDRESSES, /* no transport that is balanced */
	QUOTED_PORTS,
};

/* The transport header behind IPv6's extension headers, its number in `*next`; 0 if it is not
 * quoted. */
static __always_inline __u32 quoted_transport(hook_t *ctx, __u32 offset, __u8 *next)
{
	for (int i = 0; i <= IPV6_EXTENSIONS; i++) {
		struct ipv6_fragment *fragment;
		struct ipv6_extension *extension;

		if (!is_extension(*next) || offset > MAX_HEADER_OFFSET)
			return offset;
		fragment = header_at(ctx, offset, sizeof(*fragment));
		if (!fragment)
			return 0;
		if (*next == IPPROTO_FRAGMENT) {
			if (fragment->offset & bpf_htons(0xfff8))
				return 0;
			offset += sizeof(*fragment);
		} else {
			extension = (void *)fragment;
			offset += (extension->length + 1) * 8;
		}
		*next = fragment->next;
	}
	return 0;
}

/* Reads the quoted packet at `l3`, whose family must be `family`. */
static __noinline enum quoted_part parse_quoted(hook_t *ctx, struct pkt *p, struct quoted *q,
						__u32 l3, __u8 family)
{
	struct xlvs_tuple *t = &q->tuple;
	__be16 *port;

	*q = (struct quoted){ .l3 = l3 };
	t->family = family;
	if (l3 > MAX_HEADER_OFFSET)
		return QUOTED_NOTHING;
	if (family == XLVS_IPV4) {
		struct iphdr *ip = header_at(ctx, l3, sizeof(*ip));

		if (!ip || ip->version != 4 || ip->ihl < 5 || ip->frag_off & bpf_htons(0x1fff))
			return QUOTED_NOTHING;
		t->saddr[0] = ip->saddr;
		t->daddr[0] = ip->daddr;
		t->protocol = ip->protocol;
		q->l4 = l3 + ip->ihl * 4;
	} else {
		struct ipv6hdr *ip = header_at(ctx, l3, sizeof(*ip));

		if (!ip || ip->version != 6)
			return QUOTED_NOTHING;
		__builtin_memcpy(t->saddr, &ip->saddr, 16);
		__builtin_memcpy(t->daddr, &ip->daddr, 16);
		t->protocol = ip->nexthdr;
		q->l4 = quoted_transport(ctx, l3 + sizeof(*ip), &t->protocol);
	}
	if (!q->l4 || q->l4 + ICMP_HEADER_BYTES > p->l3 + p->length ||
	    q->l4 + ICMP_HEADER_BYTES > MAX_HEADER_OFFSET)
		return QUOTED_NOTHING;
	if (!is_transport(t->protocol))
		return QUOTED_ADDRESSES;
	port = header_at(ctx, q->l4, 2 * sizeof(*port));
	if (!port)
		return QUOTED_NOTHING;
	t->sport = port[0];
	t->dport = port[1];
	return QUOTED_PORTS;
}

/* No ICMP error is longer. */
#define INTACT_PIECES 3
#define INTACT_PIECE_BYTES 512

/*
 * Whether the error's checksum is right: what the line has damaged must change nothing, and
 * a checksum of our own, on an error about a tunnel, must not mend it.
 */
static __noinline bool is_intact(hook_t *ctx, struct pkt *p, struct scratch *room)
{
	__u32 offset = p->l4, left = p->l3 + p->length - p->l4;
	__u64 sum = 0;

	if (p->tuple.family == XLVS_IPV6)
		sum = csum_words(p->tuple.saddr, 32) + bpf_htonl(left) + bpf_htonl(IPPROTO_ICMPV6);
	for (int i = 0; i < INTACT_PIECES && left; i++) {
		__u32 piece = left < INTACT_PIECE_BYTES ? left : INTACT_PIECE_BYTES;

		__builtin_memset(room->bytes, 0, INTACT_PIECE_BYTES);
		if (load_bytes(ctx, offset, room->bytes, piece, INTACT_PIECE_BYTES))
			return false;
		sum += (__u32)bpf_csum_diff(NULL, 0, (__be32 *)room->bytes, INTACT_PIECE_BYTES, 0);
		offset += piece;
		left -= piece;
	}
	return !left && csum_fold16(sum) == 0xffff;
}

#endif
