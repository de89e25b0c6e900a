/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Addresses, ports and TTL of a packet, changed in place; checksums follow by
 * difference. Policy is decided elsewhere.
 */
#ifndef XLVS_REWRITE_H
#define XLVS_REWRITE_H

#include "sctp_csum.h"

/* Offset of the checksum in the transport header. */
static __always_inline __u32 l4_csum_offset(__u8 protocol)
{
	return protocol == IPPROTO_TCP ? offsetof(struct tcphdr, check)
				       : offsetof(struct udphdr, check);
}

/* One hop less, and nothing else. */
static __always_inline int age_ip(hook_t *ctx, struct pkt *p, void *frame)
{
	if (p->tuple.family == XLVS_IPV4) {
		struct iphdr *ip = header_of(ctx, frame, p->l3, sizeof(*ip));

		if (!ip)
			return -1;
		ip->ttl--;
		ip->check = csum_ttl_less(ip->check);
	} else {
		struct ipv6hdr *ip = header_of(ctx, frame, p->l3, sizeof(*ip));

		if (!ip)
			return -1;
		ip->hop_limit--;
	}
	return 0;
}

/* One hop less; addresses replaced where given. `sum` is what they add to the checksum. */
static __always_inline int write_ip(hook_t *ctx, struct pkt *p, void *frame,
				    const __be32 *saddr, const __be32 *daddr, __u64 sum)
{
	if (p->tuple.family == XLVS_IPV4) {
		struct iphdr *ip = header_of(ctx, frame, p->l3, sizeof(*ip));

		if (!ip)
			return -1;
		ip->ttl--;
		ip->check = csum_apply(ip->check, sum + CSUM_TTL_LESS);
		if (saddr)
			ip->saddr = saddr[0];
		if (daddr)
			ip->daddr = daddr[0];
	} else {
		struct ipv6hdr *ip = header_of(ctx, frame, p->l3, sizeof(*ip));

		if (!ip)
			return -1;
		ip->hop_limit--;
		if (saddr)
			__builtin_memcpy(&ip->saddr, saddr, 16);
		if (daddr)
			__builtin_memcpy(&ip->daddr, daddr, 16);
	}
	return 0;
}

/*
 * Address translation. An address that stays is NULL, and its port stays with it; a
 * port that a later fragment does not carry is left alone.
 */
static __always_inline int translate(hook_t *ctx, struct pkt *p, void *frame,
				     const __be32 *saddr, const __be32 *daddr, __be16 sport,
				     __be16 dport)
{
	__u64 addresses = 0, ports = 0;

	if (saddr)
		addresses += csum_diff_address(p->tuple.saddr, saddr, p->tuple.family);
	if (daddr)
		addresses += csum_diff_address(p->tuple.daddr, daddr, p->tuple.family);
	if (likely(!(p->flags & PKT_LATER_FRAGMENT))) {
		__be16 *port;

		if (saddr)
			ports += csum_diff16(p->tuple.sport, sport);
		if (daddr)
			ports += csum_diff16(p->tuple.dport, dport);
		if (unlikely(p->tuple.protocol == IPPROTO_SCTP)) {
			__u32 after = (saddr ? sport : p->tuple.sport) |
				      (__u32)(daddr ? dport : p->tuple.dport) << 16;

			if (HOOKED(sctp_ports)(ctx, p->l4, p->length - (p->l4 - p->l3), after))
				return -1;
			return write_ip(ctx, p, frame, saddr, daddr, addresses);
		}
		if (hook_l4_csum(ctx, frame, p->l4 + l4_csum_offset(p->tuple.protocol), ports,
				 addresses, p->tuple.protocol == IPPROTO_UDP))
			return -1;
		port = header_of(ctx, frame, p->l4, 2 * sizeof(*port));
		if (!port)
			return -1;
		if (saddr)
			port[0] = sport;
		if (daddr)
			port[1] = dport;
	}
	return write_ip(ctx, p, frame, saddr, daddr, addresses);
}

#endif
