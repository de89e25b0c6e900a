/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What tc does in its own way: the same names as hook_xdp.h. Packets come here
 * that XDP passed on, or all of them where a device has no XDP. A packet may be
 * a large one that the device will segment, and its checksum may be partial:
 * hence the helpers where XDP writes by itself.
 */
#ifndef XLVS_HOOK_TC_H
#define XLVS_HOOK_TC_H

#include <linux/pkt_cls.h>

#include "csum.h"
#include "maps.h"

typedef struct __sk_buff hook_t;

/*
 * Name of a step that the verifier checks by itself, once, for arguments of any
 * value: the programs of both hooks are linked into one object.
 */
#define HOOKED(name) name##_tc

/*
 * A packet that cannot be sent ends here: behind us the host would answer for the VIP
 * with a reset, or send a reply on with the server's address.
 */
#define give_up(reason) drop_because(reason)

#define HOOK_PASS TC_ACT_OK
#define HOOK_DROP TC_ACT_SHOT

/* The outermost VLAN tag has been taken out of them: those with another are not worth a fast way. */
#define HOOK_FRAMES_HAVE_TAGS false

static __always_inline void *hook_data(const hook_t *ctx)
{
	return packet_pointer(ctx, offsetof(struct __sk_buff, data));
}

static __always_inline void *hook_end(const hook_t *ctx)
{
	return packet_pointer(ctx, offsetof(struct __sk_buff, data_end));
}

#include "header.h"

/* Nothing: after each of the helpers that change a packet here the verifier wants all checked anew. */
static __always_inline void *hook_known(void *frame)
{
	return NULL;
}

static __always_inline __u32 hook_ifindex(const hook_t *ctx)
{
	return ctx->ifindex;
}

static __always_inline __u32 hook_mark(const hook_t *ctx)
{
	return ctx->mark;
}

static __always_inline __u32 hook_length(hook_t *ctx)
{
	return ctx->len;
}

static __always_inline bool hook_segmented(const hook_t *ctx)
{
	return ctx->gso_segs > 1;
}

static __always_inline int hook_load(hook_t *ctx, __u32 offset, void *to, __u32 bytes)
{
	return bpf_skb_load_bytes(ctx, offset, to, bytes);
}

static __always_inline int hook_store(hook_t *ctx, __u32 offset, void *from, __u32 bytes)
{
	return bpf_skb_store_bytes(ctx, offset, from, bytes, 0);
}

static __always_inline int hook_resize_front(hook_t *ctx, int bytes, __u64 encapsulation)
{
	if (ctx->vlan_present && bpf_skb_vlan_pop(ctx))
		return -1;
	return bytes ? bpf_skb_adjust_room(ctx, bytes, BPF_ADJ_ROOM_MAC, encapsulation) : 0;
}

static __always_inline int hook_resize_tail(hook_t *ctx, __u32 length)
{
	return bpf_skb_change_tail(ctx, length, 0);
}

/*
 * A change of the pseudo header is the kernel's to make, which knows whether the checksum is still
 * to be completed (CHECKSUM_PARTIAL: the field has the pseudo header alone, and not complemented)
 * and keeps a sum of its own beside the packet. What it makes of the field tells: if the checksum
 * is whole, the change of bytes follows by hand. That saves the second call of nearly all packets.
 */
static __always_inline int hook_l4_csum(hook_t *ctx, void *frame, __u32 offset, __u64 plain,
					__u64 pseudo, bool udp)
{
	__u64 flags = udp ? BPF_F_MARK_MANGLED_0 : 0;
	__sum16 *field = header_at(ctx, offset, sizeof(*field)), before;

	if (!field)
		return -1;
	before = *field;
	if (udp && !before)
		return 0;
	if (pseudo &&
	    bpf_l4_csum_replace(ctx, offset, 0, csum_fold32(pseudo), flags | BPF_F_PSEUDO_HDR))
		return -1;
	if (!plain)
		return 0;
	field = header_at(ctx, offset, sizeof(*field));
	if (!field)
		return -1;
	if (csum_differs(pseudo) && *field == csum_changed(before, pseudo, udp)) {
		*field = csum_changed(*field, plain, udp);
		return 0;
	}
	return bpf_l4_csum_replace(ctx, offset, 0, csum_fold32(plain), flags);
}

/*
 * Whether an SCTP checksum of 0 at `offset` is still to be computed, by the device or where the
 * packet leaves for one that cannot (CHECKSUM_PARTIAL): then it must stay 0. What tells is that the
 * kernel leaves such a field alone when it is asked for a difference.
 */
static __always_inline bool hook_crc_is_due(hook_t *ctx, __u32 offset)
{
	__sum16 *half;
	bool due;

	if (bpf_l4_csum_replace(ctx, offset, 0, 1, 0))
		return false;
	half = header_at(ctx, offset, sizeof(*half));
	if (!half)
		return false;
	due = !*half;
	*half = 0;
	return due;
}

/* VLAN devices add their tag themselves. */
static __always_inline int hook_link_bytes(const struct xlvs_next_hop *hop)
{
	return sizeof(struct ethhdr);
}

static __always_inline int hook_transmit(hook_t *ctx, const struct xlvs_next_hop *hop)
{
	struct bpf_redir_neigh neighbour = {};

	if (hop->flags & XLVS_NEXT_HOP_RESOLVED)
		return bpf_redirect(hop->ifindex, 0);
	neighbour.nh_family = hop->gateway_family == XLVS_IPV4 ? AF_INET : AF_INET6;
	__builtin_memcpy(neighbour.ipv6_nh, hop->gateway, sizeof(neighbour.ipv6_nh));
	return bpf_redirect_neigh(hop->ifindex, &neighbour, sizeof(neighbour), 0);
}

static __always_inline int hook_return(hook_t *ctx)
{
	return bpf_redirect(ctx->ifindex, 0);
}

static __always_inline bool hook_can_reach(const struct xlvs_next_hop *hop)
{
	return hop->ifindex != 0;
}

#endif
