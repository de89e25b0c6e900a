/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * ICMP errors of our own, from the VIP (room->client.daddr) to whoever sent the
 * packet: time exceeded, no port, too big (RFC 792, RFC 4443). Rate-limited per CPU; never about
 * fragments but the first, nor about ICMP errors, nor to other than one host (RFC 1122, 3.2.2).
 */
#ifndef XLVS_ICMP_ERROR_H
#define XLVS_ICMP_ERROR_H

#include "csum.h"
#include "pkt.h"

/* Of the offending packet: 576 bytes in all for IPv4 (RFC 1812); for IPv6 as much as fits our room.
 */
#define ICMP_QUOTE_IPV4 (576 - 28)
#define ICMP_QUOTE_IPV6 (640 - 48)

#define ICMP_HEADER_BYTES 8
#define MAX_LINK_BYTES 22 /* Ethernet and two VLAN tags */

enum icmp_answer {
	ANSWER_TTL_EXCEEDED,
	ANSWER_NO_PORT,
	ANSWER_TOO_BIG,
	ANSWER_NO_HOST,
};

/*
 * Whether a source address stands for a single host, by itself: not "this network",
 * loopback, multicast or broadcast. Class E does, as it does to Linux.
 */
static __always_inline bool is_one_host(const __be32 *addr, __u8 family)
{
	__u32 first = bpf_ntohl(addr[0]);

	if (family == XLVS_IPV4)
		return first >> 24 && first >> 24 != 127 && first >> 28 != 14 && ~first;
	return first >> 24 != 0xff && (addr[0] | addr[1] | addr[2] || bpf_ntohl(addr[3]) > 1);
}

/* Whether the packet came from one host to one host, so that it may be answered (RFC 1122, 3.2.2;
 * RFC 4443, 2.4). */
static __always_inline bool is_answerable(hook_t *ctx, const struct pkt *p)
{
	const __u8 *mac = header_at(ctx, 0, ETH_ALEN);

	return mac && !(*mac & 1) && is_one_host(p->tuple.saddr, p->tuple.family);
}

static __always_inline bool icmp_allowed(void)
{
	__u32 zero = 0;
	struct icmp_budget *budget = bpf_map_lookup_elem(&icmp_budget, &zero);
	__u64 second;

	if (!budget)
		return false;
	second = bpf_jiffies64() / settings.jiffies_per_second;
	if (budget->second != second) {
		budget->second = second;
		budget->sent = 0;
	}
	return budget->sent++ < settings.icmp_per_second;
}

/* Type, code and the second word (MTU) on the wire. */
static __always_inline void icmp_head(enum icmp_answer answer, __u8 family, __u32 mtu, __u32 *head)
{
	bool v4 = family == XLVS_IPV4;

	head[0] = 0;
	head[1] = 0;
	switch (answer) {
	case ANSWER_TTL_EXCEEDED:
		head[0] = v4 ? ICMP_TIME_EXCEEDED : ICMPV6_TIME_EXCEED;
		break;
	case ANSWER_NO_PORT:
		head[0] = v4 ? ICMP_DEST_UNREACH | ICMP_PORT_UNREACH << 8
			     : ICMPV6_DEST_UNREACH | ICMPV6_PORT_UNREACH << 8;
		break;
	case ANSWER_NO_HOST:
		head[0] = v4 ? ICMP_DEST_UNREACH | ICMP_HOST_UNREACH << 8
			     : ICMPV6_DEST_UNREACH | ICMPV6_ADDR_UNREACH << 8;
		break;
	case ANSWER_TOO_BIG:
		head[0] = v4 ? ICMP_DEST_UNREACH | ICMP_FRAG_NEEDED << 8 : ICMPV6_PKT_TOOBIG;
		head[1] = bpf_htonl(mtu);
		break;
	}
}

static __always_inline int icmp_ip_header(hook_t *ctx, struct pkt *p, const __be32 *vip,
					  __u32 payload)
{
	const struct xlvs_tuple *t = &p->tuple;

	if (t->family == XLVS_IPV4) {
		struct iphdr *ip = header_at(ctx, p->l3, sizeof(*ip));

		if (!ip)
			return -1;
		ip->version = 4;
		ip->ihl = 5;
		ip->tos = 0xc0; /* internetwork control, as Linux sends errors */
		ip->tot_len = bpf_htons(payload + sizeof(*ip));
		ip->id = 0;
		ip->frag_off = 0;
		ip->ttl = 64;
		ip->protocol = IPPROTO_ICMP;
		ip->check = 0;
		ip->saddr = vip[0];
		ip->daddr = t->saddr[0];
		ip->check = ~csum_fold16(csum_words(ip, sizeof(*ip)));
	} else {
		struct ipv6hdr *ip = header_at(ctx, p->l3, sizeof(*ip));

		if (!ip)
			return -1;
		*(__be32 *)ip = bpf_htonl(6 << 28);
		ip->payload_len = bpf_htons(payload);
		ip->nexthdr = IPPROTO_ICMPV6;
		ip->hop_limit = 64;
		__builtin_memcpy(&ip->saddr, vip, 16);
		__builtin_memcpy(&ip->daddr, t->saddr, 16);
	}
	return 0;
}

/* The link layer as it came, tags included, with the MAC addresses exchanged. */
static __always_inline int load_link(hook_t *ctx, struct pkt *p, __u8 *link)
{
	return load_bytes(ctx, 0, link, p->l3, MAX_LINK_BYTES);
}

static __always_inline int store_link(hook_t *ctx, struct pkt *p, __u8 *link)
{
	__u8 source[ETH_ALEN];

	__builtin_memcpy(source, link + ETH_ALEN, ETH_ALEN);
	__builtin_memcpy(link + ETH_ALEN, link, ETH_ALEN);
	__builtin_memcpy(link, source, ETH_ALEN);
	return store_bytes(ctx, 0, link, p->l3, MAX_LINK_BYTES);
}

/* Sum over the quoted bytes, which lie in the room padded with zeros. */
static __always_inline __u64 quote_sum(struct scratch *room, __u32 bytes)
{
	__s64 low = bpf_csum_diff(NULL, 0, (__be32 *)room->bytes, 512, 0);
	__s64 all = bpf_csum_diff(NULL, 0, (__be32 *)(room->bytes + 512), sizeof(room->bytes) - 512,
				  low);

	return (__u32)all;
}

static __always_inline __u32 quote_bytes(__u32 available, __u8 family)
{
	__u32 most = family == XLVS_IPV4 ? ICMP_QUOTE_IPV4 : ICMP_QUOTE_IPV6;

	return available < most ? available : most;
}

/* Quotes `quote` bytes from `offset` on: they go into the room, their checksum into `head`. */
static __always_inline int icmp_quote(hook_t *ctx, const struct xlvs_tuple *offender,
				      struct scratch *room, __u32 offset, __u32 quote, __u32 *head)
{
	__u64 sum;

	__builtin_memset(room->bytes, 0, sizeof(room->bytes));
	if (load_bytes(ctx, offset, room->bytes, quote, ICMP_QUOTE_IPV6))
		return -1;
	sum = quote_sum(room, quote) + head[0] + head[1];
	if (offender->family == XLVS_IPV6)
		sum += csum_words(offender->saddr, 16) + csum_words(room->client.daddr, 16) +
		       bpf_htonl(quote + ICMP_HEADER_BYTES) + bpf_htonl(IPPROTO_ICMPV6);
	head[0] |= (__u32)(__u16)~csum_fold16(sum) << 16;
	return 0;
}

/* Both headers in front of the quotation, at p->l3. */
static __always_inline int icmp_write(hook_t *ctx, struct pkt *p, struct scratch *room, __u32 quote,
				      const __u32 *head)
{
	__u32 *icmp;

	if (icmp_ip_header(ctx, p, room->client.daddr, quote + ICMP_HEADER_BYTES))
		return -1;
	icmp = header_at(ctx, p->l3 + ip_bytes(p->tuple.family), ICMP_HEADER_BYTES);
	if (!icmp)
		return -1;
	icmp[0] = head[0];
	icmp[1] = head[1];
	return 0;
}

/* Turns the packet into the answer and sends it back. The reason is counted either way. */
__noinline verdict HOOKED(answer_icmp)(hook_t *ctx, struct pkt *p, enum icmp_answer answer,
				       enum xlvs_reason reason, __u32 mtu)
{
	__u32 quote, head[2], zero = 0;
	__u8 link[MAX_LINK_BYTES];
	struct scratch *room;

	if (!p)
		return drop_because(XLVS_REASON_INTERNAL);
	count_reason(p->cpu, reason);
	if (p->flags & PKT_LATER_FRAGMENT || !is_answerable(ctx, p))
		return drop_because(XLVS_REASON_NONE);
	if (!icmp_allowed())
		return drop_because(XLVS_REASON_ICMP_LIMITED);
	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!room)
		return drop_because(XLVS_REASON_INTERNAL);
	icmp_head(answer, p->tuple.family, mtu, head);
	quote = quote_bytes(p->length, p->tuple.family);
	if (icmp_quote(ctx, &p->tuple, room, p->l3, quote, head) || load_link(ctx, p, link))
		return drop_because(XLVS_REASON_INTERNAL);
	if (hook_resize_tail(ctx, p->l3 + quote) ||
	    hook_resize_front(ctx, ip_bytes(p->tuple.family) + ICMP_HEADER_BYTES, 0))
		return drop_because(XLVS_REASON_NO_ROOM);
	if (store_link(ctx, p, link) || icmp_write(ctx, p, room, quote, head))
		return drop_because(XLVS_REASON_INTERNAL);
	return sent(hook_return(ctx));
}

#endif
