/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The way back to a client. The routing table is asked once for a connection
 * (50 ns); the answer is kept under an index that cached flows carry.
 */
#ifndef XLVS_HOP_H
#define XLVS_HOP_H

#include "pkt.h"

/*
 * Keeps a resolved way out; its index, or 0 if there is no room (then it is asked
 * for each time). An unresolved one, which tc can use, has no MAC address to be
 * told by from others on its interface, and is not kept.
 */
static __always_inline __u32 keep_hop(const struct xlvs_next_hop *found)
{
	struct xlvs_hop_key key = { .ifindex = found->ifindex };
	struct xlvs_next_hop *hop;
	__u32 index, *known;

	if (!(found->flags & XLVS_NEXT_HOP_RESOLVED))
		return 0;
	__builtin_memcpy(key.destination_mac, found->destination_mac, ETH_ALEN);
	known = bpf_map_lookup_elem(&client_hops, &key);
	if (known)
		return *known;
	if (control.next_client_hop >= XLVS_CLIENT_HOPS - 1)
		return 0;
	index = __sync_fetch_and_add(&control.next_client_hop, 1) + 1;
	if (index >= XLVS_CLIENT_HOPS)
		return 0;
	hop = entry(&next_hops, index);
	if (!hop)
		return 0;
	*hop = *found;
	bpf_map_update_elem(&client_hops, &key, &index, BPF_NOEXIST);
	return index;
}

/*
 * Asks the routing table for the way from the VIP to the client and fills `hop`.
 * Without a neighbour the hop is unresolved, but names gateway and interface.
 */
__noinline verdict HOOKED(find_hop)(hook_t *ctx, const struct xlvs_tuple *client,
				    struct xlvs_next_hop *hop)
{
	struct bpf_fib_lookup fib = {};
	const struct xlvs_device *device;
	__u32 ifindex;
	long rc;

	if (!client || !hop)
		return drop_because(XLVS_REASON_INTERNAL);
	fib.ifindex = hook_ifindex(ctx);
	if (client->family == XLVS_IPV4) {
		fib.family = AF_INET;
		fib.ipv4_src = client->daddr[0];
		fib.ipv4_dst = client->saddr[0];
	} else {
		fib.family = AF_INET6;
		__builtin_memcpy(fib.ipv6_src, client->daddr, 16);
		__builtin_memcpy(fib.ipv6_dst, client->saddr, 16);
	}
	rc = bpf_fib_lookup(ctx, &fib, sizeof(fib), 0);
	if (rc == BPF_FIB_LKUP_RET_FRAG_NEEDED)
		rc = BPF_FIB_LKUP_RET_SUCCESS; /* tc's own size check: may_leave() answers better */
	if (rc != BPF_FIB_LKUP_RET_SUCCESS && rc != BPF_FIB_LKUP_RET_NO_NEIGH)
		return give_up(XLVS_REASON_NO_ROUTE);
	ifindex = fib.ifindex;
	device = bpf_map_lookup_elem(&devices, &ifindex);
	if (!device)
		return give_up(XLVS_REASON_NO_ROUTE);
	*hop = (struct xlvs_next_hop){
		.transmit_ifindex = device->transmit_ifindex,
		.ifindex = ifindex,
		.mtu = device->mtu,
		.flags = device->flags | (rc ? 0 : XLVS_NEXT_HOP_RESOLVED),
		.vlan = device->vlan,
		.gateway_family = fib.family == AF_INET ? XLVS_IPV4 : XLVS_IPV6,
	};
	__builtin_memcpy(hop->destination_mac, fib.dmac, ETH_ALEN);
	__builtin_memcpy(hop->source_mac, fib.smac, ETH_ALEN);
	if (fib.family == AF_INET)
		hop->gateway[0] = fib.ipv4_dst;
	else
		__builtin_memcpy(hop->gateway, fib.ipv6_dst, 16);
	return CONTINUE;
}

#endif
