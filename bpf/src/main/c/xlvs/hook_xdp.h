/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What XDP does in its own way. hook_tc.h has the same names for tc; whatever
 * differs between the two hooks is in these two files and nowhere else.
 */
#ifndef XLVS_HOOK_XDP_H
#define XLVS_HOOK_XDP_H

#include "csum.h"
#include "maps.h"

typedef struct xdp_md hook_t;

/*
 * Name of a step that the verifier checks by itself, once, for arguments of any
 * value: the programs of both hooks are linked into one object.
 */
#define HOOKED(name) name##_xdp

/* A packet that cannot be sent from here goes on as it came: tc may know a way. */
#define give_up(reason) pass_because(reason)

#define HOOK_PASS XDP_PASS
#define HOOK_DROP XDP_DROP

/* VLAN tags are where they were on the wire. */
#define HOOK_FRAMES_HAVE_TAGS true

static __always_inline void *hook_data(const hook_t *ctx)
{
	return packet_pointer(ctx, offsetof(struct xdp_md, data));
}

static __always_inline void *hook_end(const hook_t *ctx)
{
	return packet_pointer(ctx, offsetof(struct xdp_md, data_end));
}

#include "header.h"

/* What a caller knows of the frame when it comes to changing it. */
static __always_inline void *hook_known(void *frame)
{
	return frame;
}

static __always_inline __u32 hook_ifindex(const hook_t *ctx)
{
	return ctx->ingress_ifindex;
}

static __always_inline __u32 hook_mark(const hook_t *ctx)
{
	return 0; /* firewall marks are set behind XDP */
}

/* Bytes of the whole frame, those outside the linear part included. */
static __always_inline __u32 hook_length(hook_t *ctx)
{
	return bpf_xdp_get_buff_len(ctx);
}

/* The device will cut it into segments: never true for a frame as it came. */
static __always_inline bool hook_segmented(const hook_t *ctx)
{
	return false;
}

static __always_inline int hook_load(hook_t *ctx, __u32 offset, void *to, __u32 bytes)
{
	return bpf_xdp_load_bytes(ctx, offset, to, bytes);
}

static __always_inline int hook_store(hook_t *ctx, __u32 offset, void *from, __u32 bytes)
{
	return bpf_xdp_store_bytes(ctx, offset, from, bytes);
}

/*
 * Room of `bytes` (negative: less) in front of the network header; what was in
 * front of it moves or is lost: the caller writes the link layer anew.
 */
static __always_inline int hook_resize_front(hook_t *ctx, int bytes, __u64 encapsulation)
{
	return bytes ? bpf_xdp_adjust_head(ctx, -bytes) : 0;
}

static __always_inline int hook_resize_tail(hook_t *ctx, __u32 length)
{
	return bpf_xdp_adjust_tail(ctx, (int)length - (int)bpf_xdp_get_buff_len(ctx));
}

/*
 * The transport checksum at `offset` follows a change of what it covers:
 * `plain` of bytes, `pseudo` of addresses and length in the pseudo header. A UDP
 * checksum of 0 means none and stays.
 */
static __always_inline int hook_l4_csum(hook_t *ctx, void *frame, __u32 offset, __u64 plain,
					__u64 pseudo, bool udp)
{
	__sum16 *csum = header_in(ctx, frame, offset, sizeof(*csum));

	if (!csum)
		return -1;
	if (udp && !*csum)
		return 0;
	*csum = csum_changed(*csum, plain + pseudo, udp);
	return 0;
}

/* Whether an SCTP checksum of 0 at `offset` is still to be computed: XDP cannot tell, and takes it
 * as it is. */
static __always_inline bool hook_crc_is_due(hook_t *ctx, __u32 offset)
{
	return false;
}

/* Bytes of link-layer header that the frame needs for this way out. */
static __always_inline int hook_link_bytes(const struct xlvs_next_hop *hop)
{
	return sizeof(struct ethhdr) + (hop->vlan ? 4 : 0);
}

/* Sends towards a resolved next hop; its MAC addresses are in the frame. */
static __always_inline int hook_transmit(hook_t *ctx, const struct xlvs_next_hop *hop)
{
	if (hop->transmit_ifindex == ctx->ingress_ifindex && !(hop->flags & XLVS_NEXT_HOP_REDIRECT))
		return XDP_TX;
	return bpf_redirect_map(&tx_ports, hop->transmit_ifindex, XDP_DROP);
}

/* Back where it came from. */
static __always_inline int hook_return(hook_t *ctx)
{
	__u32 ifindex = ctx->ingress_ifindex;
	const struct xlvs_device *device = bpf_map_lookup_elem(&devices, &ifindex);

	if (device && device->flags & XLVS_NEXT_HOP_REDIRECT)
		return bpf_redirect_map(&tx_ports, ifindex, XDP_DROP);
	return XDP_TX;
}

/* Whether this hook can send there; otherwise the packet goes on as it came, to tc. */
static __always_inline bool hook_can_reach(const struct xlvs_next_hop *hop)
{
	return (hop->flags & (XLVS_NEXT_HOP_RESOLVED | XLVS_NEXT_HOP_VIA_STACK)) ==
	       XLVS_NEXT_HOP_RESOLVED;
}

#endif
