/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * TOA, how FULLNAT tells a real server who the client is: TCP option 254 with
 * the client's port and address, as the LVS community's toa module reads it.
 * Only ours may arrive: a client's own are overwritten, by no-operations, or by
 * ours where they leave no room for it. The MSS is lowered in both SYNs so that the option fits any
 * segment.
 */
#ifndef XLVS_TOA_H
#define XLVS_TOA_H

#include "transmit.h"

#define TOA_KIND 254
#define TOA_BYTES_IPV4 8
#define TOA_BYTES_IPV6 20
#define TCP_OPTIONS_MAX 40
#define TCP_OPTION_END 0
#define TCP_OPTION_NOP 1
#define TCP_OPTION_MSS 2

/* Two no-operations and a timestamp: what nearly every segment carries and nothing else. */
#define ONLY_TIMESTAMPS bpf_htonl(0x0101080a)

static __always_inline __u32 toa_bytes(__u8 family)
{
	return family == XLVS_IPV4 ? TOA_BYTES_IPV4 : TOA_BYTES_IPV6;
}

/* Whether the segment may carry options that want a look. */
static __always_inline bool has_other_options(hook_t *ctx, struct pkt *p, void *frame)
{
	struct tcphdr *tcp = header_in(ctx, frame, p->l4, sizeof(*tcp));
	__u32 *options;

	if (!tcp || tcp->doff == 5)
		return false;
	if (tcp->doff != 8)
		return true;
	options = header_at(ctx, p->l4 + sizeof(*tcp), sizeof(*options));
	return options && *options != ONLY_TIMESTAMPS;
}

struct option_walk {
	__u8 *options; /* in the scratch room; an index below 64 is always inside */
	__u32 length;
	__u32 rest;     /* bytes of the option at hand that are still to come */
	__u32 most;     /* MSS at most so large; 0: leave it */
	__u32 lower;    /* and by so much lower */
	__u32 ours;     /* bytes that our TOA needs, if it is to take the place of a client's */
	__u32 place;    /* out: where that is, counted from 1; 0: nowhere */
	bool strip;     /* client's TOA */
	bool stripping; /* the option at hand is one */
	bool changed;
};

static __always_inline void lower_mss(struct option_walk *w, __u32 at)
{
	__u32 mss = w->options[(at + 2) & 63] << 8 | w->options[(at + 3) & 63];

	if (mss > w->most)
		mss = w->most;
	mss = mss > w->lower + 64 ? mss - w->lower : mss;
	w->options[(at + 2) & 63] = mss >> 8;
	w->options[(at + 3) & 63] = mss;
	w->changed = true;
}

/* One byte a step; what comes after a malformed option is left as it is. */
static long option_step(__u32 at, struct option_walk *w)
{
	__u32 bytes;
	__u8 kind;

	if (at >= w->length)
		return 1;
	if (w->rest) {
		w->rest--;
		if (w->stripping)
			w->options[at & 63] = TCP_OPTION_NOP;
		return 0;
	}
	kind = w->options[at & 63];
	if (kind == TCP_OPTION_NOP)
		return 0;
	bytes = w->options[(at + 1) & 63];
	if (kind == TCP_OPTION_END || bytes < 2 || at + bytes > w->length)
		return 1;
	w->rest = bytes - 1;
	w->stripping = kind == TOA_KIND && w->strip;
	if (kind == TCP_OPTION_MSS && bytes == 4 && w->most)
		lower_mss(w, at);
	if (w->stripping) {
		w->options[at & 63] = TCP_OPTION_NOP;
		w->changed = true;
		if (w->ours && bytes >= w->ours && !w->place)
			w->place = at + 1;
	}
	return 0;
}

/* Writes the option for the packet's client into `option`; returns its sum. */
static __always_inline __u64 toa_write(const struct xlvs_tuple *client, __u8 *option)
{
	option[0] = TOA_KIND;
	option[1] = toa_bytes(client->family);
	__builtin_memcpy(option + 2, &client->sport, 2);
	if (client->family == XLVS_IPV4) {
		__builtin_memcpy(option + 4, client->saddr, 4);
		return csum_words(option, TOA_BYTES_IPV4);
	}
	__builtin_memcpy(option + 4, client->saddr, 16);
	return csum_words(option, TOA_BYTES_IPV6);
}

/* What mend_options() did, or is to do, about TOA. */
enum toa_mend {
	TOA_LEAVE = 0,
	TOA_STRIP = 1,   /* the client's */
	TOA_REPLACE = 2, /* by ours, if one of the client's is as long; or strip */
};

/*
 * Goes through a segment's options: strips or replaces the client's TOA; in a SYN makes
 * the MSS fit `mtu`, that of the way to the server, with our option. The checksum follows
 * by the sum of the option bytes before and after. Returns 1 if our TOA is there now, -1
 * on failure.
 */
__noinline int HOOKED(mend_options)(hook_t *ctx, struct pkt *p, enum toa_mend toa, __u32 mtu)
{
	struct option_walk walk = { .strip = toa != TOA_LEAVE };
	struct scratch *room;
	struct tcphdr *tcp;
	__u32 zero = 0, bytes;
	__u64 sum;

	if (!p)
		return -1;
	tcp = header_at(ctx, p->l4, sizeof(*tcp));
	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!tcp || !room)
		return -1;
	bytes = tcp->doff * 4 - sizeof(*tcp);
	if (!bytes)
		return 0;
	__builtin_memset(room->bytes, 0, TCP_OPTIONS_MAX);
	if (load_bytes(ctx, p->l4 + sizeof(*tcp), room->bytes, bytes, TCP_OPTIONS_MAX))
		return -1;
	sum = (__u32)bpf_csum_diff((__be32 *)room->bytes, TCP_OPTIONS_MAX, NULL, 0, 0);
	walk.options = room->bytes;
	walk.length = bytes;
	if (p->tcp_flags & TCP_SYN && mtu > 600) {
		walk.most = mtu - sizeof(*tcp) - ip_bytes(p->tuple.family);
		walk.lower = toa_bytes(p->tuple.family);
	}
	if (toa == TOA_REPLACE)
		walk.ours = toa_bytes(p->tuple.family);
	bpf_loop(TCP_OPTIONS_MAX, option_step, &walk, 0);
	if (!walk.changed)
		return 0;
	if (walk.place)
		toa_write(&p->tuple, room->bytes + ((walk.place - 1) & 63));
	sum = (__u32)bpf_csum_diff(NULL, 0, (__be32 *)room->bytes, TCP_OPTIONS_MAX, sum);
	if (store_bytes(ctx, p->l4 + sizeof(*tcp), room->bytes, bytes, TCP_OPTIONS_MAX))
		return -1;
	if (hook_l4_csum(ctx, NULL, p->l4 + offsetof(struct tcphdr, check), sum, 0, false))
		return -1;
	return walk.place != 0;
}

/* The IP header's length grows by `bytes`. */
static __always_inline int grow_ip(hook_t *ctx, struct pkt *p, __u32 bytes)
{
	if (p->tuple.family == XLVS_IPV4) {
		struct iphdr *ip = header_at(ctx, p->l3, sizeof(*ip));
		__be16 before, after;

		if (!ip)
			return -1;
		before = ip->tot_len;
		after = bpf_htons(p->length + bytes);
		ip->tot_len = after;
		ip->check = csum_apply(ip->check, csum_diff16(before, after));
	} else {
		struct ipv6hdr *ip = header_at(ctx, p->l3, sizeof(*ip));

		if (!ip)
			return -1;
		ip->payload_len = bpf_htons(p->length + bytes - sizeof(*ip));
	}
	return 0;
}

/* Whether there is room for the option: in the header, in the MTU, and no segmentation ahead. */
static __always_inline bool toa_fits(hook_t *ctx, struct pkt *p, const struct xlvs_next_hop *hop)
{
	__u32 bytes = toa_bytes(p->tuple.family);
	struct tcphdr *tcp = header_at(ctx, p->l4, sizeof(*tcp));

	return tcp && tcp->doff * 4 + bytes <= 60 && p->length + bytes <= hop->mtu &&
	       !hook_segmented(ctx);
}

/*
 * Puts the option right behind the fixed header: everything up to there moves
 * forward. The packet has its new addresses already; room in front is made here.
 */
__noinline int HOOKED(toa_insert)(hook_t *ctx, struct pkt *p, const struct xlvs_next_hop *hop)
{
	__u32 bytes, moved;
	__u8 option[TOA_BYTES_IPV6] = {};
	__be16 segment, grown, offset_before;
	struct scratch *room;
	struct tcphdr *tcp;
	__u32 zero = 0;
	__u64 sum;

	if (!p || !hop)
		return -1;
	bytes = toa_bytes(p->tuple.family);
	moved = p->l4 - p->l3 + sizeof(struct tcphdr);
	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!room || load_bytes(ctx, p->l3, room->bytes, moved, sizeof(room->bytes)))
		return -1;
	sum = toa_write(&p->tuple, option);
	if (make_room(ctx, p, hook_link_bytes(hop), bytes, 0))
		return -1;
	p->l4 -= bytes;
	if (store_bytes(ctx, p->l3, room->bytes, moved, sizeof(room->bytes)) ||
	    store_bytes(ctx, p->l3 + moved, option, bytes, sizeof(option)) ||
	    grow_ip(ctx, p, bytes))
		return -1;
	tcp = header_at(ctx, p->l4, sizeof(*tcp));
	if (!tcp)
		return -1;
	offset_before = ((__be16 *)tcp)[6];
	tcp->doff += bytes / 4;
	sum += csum_diff16(offset_before, ((__be16 *)tcp)[6]);
	segment = bpf_htons(p->length - (p->l4 - p->l3));
	grown = bpf_htons(p->length - (p->l4 - p->l3) + bytes);
	return hook_l4_csum(ctx, NULL, p->l4 + offsetof(struct tcphdr, check), sum,
			    csum_diff16(segment, grown), false);
}

#endif
