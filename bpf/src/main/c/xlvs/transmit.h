/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The way out: room for the new headers, MAC addresses, and off. Whether it can
 * be taken is asked before anything is rewritten (may_leave), since what cannot
 * be sent here is passed on as the original packet.
 */
#ifndef XLVS_TRANSMIT_H
#define XLVS_TRANSMIT_H

#include "pkt.h"

/* Makes room for a link layer of `link` bytes (hook_link_bytes()), and `push` in front of the IP
 * packet; p->l3 is where they begin, p->l4 moves along. */
static __always_inline int make_room(hook_t *ctx, struct pkt *p, int link, int push,
				     __u64 encapsulation)
{
	int grow = link + push - p->l3;

	if (hook_resize_front(ctx, grow, encapsulation))
		return -1;
	p->l3 = link;
	p->l4 += grow;
	return 0;
}

/* Both addresses in two words: struct ethhdr is packed, so the compiler would copy bytes. */
static __always_inline void copy_macs(void *eth, const struct xlvs_next_hop *hop)
{
	const void *from = hop->destination_mac;

	*(__u64 *)eth = load64(from);
	*(__u32 *)(eth + 8) = load32(from + 8);
}

/* The frame's IP packet is ready behind the room for its link layer: that, and out. */
static __always_inline verdict transmit(hook_t *ctx, void *frame,
					const struct xlvs_next_hop *hop, __u8 family)
{
	__be16 protocol = family == XLVS_IPV4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);
	bool tagged = hook_link_bytes(hop) > ETH_HLEN;
	void *eth = header_of(ctx, frame, 0, ETH_HLEN);
	__be16 *type;

	if (!eth)
		return drop_because(XLVS_REASON_INTERNAL);
	copy_macs(eth, hop);
	if (unlikely(tagged)) {
		type = header_at(ctx, 2 * ETH_ALEN, 6);
		if (!type)
			return drop_because(XLVS_REASON_INTERNAL);
		type[0] = bpf_htons(ETH_P_8021Q);
		type[1] = hop->vlan;
		type[2] = protocol;
	} else {
		type = eth + 2 * ETH_ALEN;
		*type = protocol;
	}
	return sent(hook_transmit(ctx, hop));
}

#endif
