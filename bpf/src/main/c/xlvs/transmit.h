/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The way out: room for the new headers, MAC addresses, and off. Whether it can
 * be taken is asked before anything is rewritten (may_leave), since what cannot
 * be sent here is passed on as the original packet.
 */
#ifndef XLVS_TRANSMIT_H
#define XLVS_TRANSMIT_H

#include "pkt.h"

/* Makes room for `push` bytes in front of the IP packet; p->l3 is where they begin, p->l4 moves
 * along. */
static __always_inline int make_room(hook_t *ctx, struct pkt *p, const struct xlvs_next_hop *hop,
				     int push, __u64 encapsulation)
{
	int link = hook_link_bytes(hop);
	int grow = link + push - p->l3;

	if (hook_resize_front(ctx, grow, encapsulation))
		return -1;
	p->l3 = link;
	p->l4 += grow;
	return 0;
}

/* Both addresses in three words: struct ethhdr is packed, so the compiler would copy bytes. */
static __always_inline void copy_macs(struct ethhdr *eth, const struct xlvs_next_hop *hop)
{
	const __u32 *from = (const __u32 *)hop->destination_mac;
	__u32 *to = (__u32 *)eth;

	to[0] = from[0];
	to[1] = from[1];
	to[2] = from[2];
}

/* The frame's IP packet is ready at p->l3: link layer, and out. */
static __always_inline verdict transmit(hook_t *ctx, struct pkt *p, const struct xlvs_next_hop *hop,
					__u8 family)
{
	__be16 protocol = family == XLVS_IPV4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);
	struct ethhdr *eth = header_at(ctx, 0, sizeof(*eth));

	if (!eth)
		return drop_because(XLVS_REASON_INTERNAL);
	copy_macs(eth, hop);
	if (unlikely(hook_link_bytes(hop) > ETH_HLEN)) {
		__be16 *tag = header_at(ctx, offsetof(struct ethhdr, h_proto), 6);

		if (!tag)
			return drop_because(XLVS_REASON_INTERNAL);
		tag[0] = bpf_htons(ETH_P_8021Q);
		tag[1] = hop->vlan;
		tag[2] = protocol;
	} else {
		eth->h_proto = protocol;
	}
	return sent(hook_transmit(ctx, hop));
}

#endif
