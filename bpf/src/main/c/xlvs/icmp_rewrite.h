/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * An ICMP error with other addresses: its own, and those of the packet that it
 * quotes (RFC 5508, section 4).
 */
#ifndef XLVS_ICMP_REWRITE_H
#define XLVS_ICMP_REWRITE_H

#include "rewrite.h"

static __always_inline int write_quoted(hook_t *ctx, const struct quoted *q,
					const struct xlvs_tuple *to, __u64 sum)
{
	__be16 *port = header_at(ctx, q->l4, 2 * sizeof(*port));

	if (!port)
		return -1;
	port[0] = to->sport;
	port[1] = to->dport;
	if (to->family == XLVS_IPV4) {
		struct iphdr *ip = header_at(ctx, q->l3, sizeof(*ip));

		if (!ip)
			return -1;
		ip->saddr = to->saddr[0];
		ip->daddr = to->daddr[0];
		ip->check = csum_apply(ip->check, sum);
	} else {
		struct ipv6hdr *ip = header_at(ctx, q->l3, sizeof(*ip));

		if (!ip)
			return -1;
		__builtin_memcpy(&ip->saddr, to->saddr, 16);
		__builtin_memcpy(&ip->daddr, to->daddr, 16);
	}
	return 0;
}

/* The addresses as they are, for the caller to change what it must. */
static __always_inline void relay_init(struct relay *r, const struct pkt *p, const struct quoted *q)
{
	__builtin_memcpy(r->saddr, p->tuple.saddr, 16);
	__builtin_memcpy(r->daddr, p->tuple.daddr, 16);
	r->quoted = q->tuple;
}

/*
 * Writes the room's relay. In IPv4 the quoted header's checksum takes up the
 * change of the quoted addresses, so that the error's own sees only the ports.
 */
static __noinline int rewrite_error(hook_t *ctx, struct pkt *p, const struct scratch *room)
{
	const struct relay *r = &room->relay;
	const struct quoted *q = &room->quoted;
	__u8 family = p->tuple.family;
	__u64 quoted = csum_diff_address(q->tuple.saddr, r->quoted.saddr, family) +
		       csum_diff_address(q->tuple.daddr, r->quoted.daddr, family);
	__u64 outer = csum_diff_address(p->tuple.saddr, r->saddr, family) +
		      csum_diff_address(p->tuple.daddr, r->daddr, family);
	__u64 plain = csum_diff16(q->tuple.sport, r->quoted.sport) +
		      csum_diff16(q->tuple.dport, r->quoted.dport);

	if (family == XLVS_IPV6)
		plain += csum_fold32(quoted);
	if (hook_l4_csum(ctx, NULL, p->l4 + offsetof(struct icmp_header, checksum), plain,
			 family == XLVS_IPV6 ? outer : 0, false))
		return -1;
	if (write_quoted(ctx, q, &r->quoted, quoted))
		return -1;
	return write_ip(ctx, p, NULL, r->saddr, r->daddr, outer);
}

#endif
