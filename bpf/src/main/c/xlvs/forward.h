/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * From decision to wire: one function for every method and both directions,
 * used by the cached way and by the slow one.
 */
#ifndef XLVS_FORWARD_H
#define XLVS_FORWARD_H

#include "flow_cache.h"
#include "icmp_error.h"
#include "toa.h"
#include "tunnel.h"

/* What has been decided about a packet. */
struct decision {
	const struct xlvs_server *server;
	const struct xlvs_next_hop *hop;
	const __be32
		*addr; /* as flow4.addr: VIP or LIP as the new source; FULLNAT out: the client */
	const __be32 *vip;  /* FULLNAT out only */
	__u32 index;        /* of the server */
	__be16 port;        /* as flow_mark.port */
	__be16 vip_port;    /* FULLNAT out only */
	__be16 server_port; /* FULLNAT in only */
	__u8 kind;          /* enum flow_kind */
	bool toa;           /* FULLNAT in: the server is still to be told who the client is */
};

static __always_inline void count_packet(const struct pkt *p, __u32 server, bool reply)
{
	struct xlvs_stats *s = entry(&server_stats, p->cpu * settings.servers + server);

	if (!s)
		return;
	if (reply) {
		s->out_packets++;
		s->out_bytes += p->length;
	} else {
		s->in_packets++;
		s->in_bytes += p->length;
	}
}

/*
 * Whose counters may have grown: a server's packets take the slow way at least every
 * XLVS_FRESH_PERIODS. So the controller need not read those of servers at rest.
 */
static __always_inline void note_busy(__u32 server)
{
	__u32 *busy = entry(&server_busy, server);
	__u32 now = bpf_jiffies64() >> settings.refresh_shift;

	if (busy && READ_ONCE(*busy) != now)
		WRITE_ONCE(*busy, now);
}

/* On the slow way. */
static __always_inline void note_packet(const struct pkt *p, __u32 server, bool reply)
{
	note_busy(server);
	count_packet(p, server, reply);
}

static __always_inline void count_connection(const struct pkt *p, __u32 server)
{
	struct xlvs_stats *s = entry(&server_stats, p->cpu * settings.servers + server);

	if (s)
		s->connections++;
}

static __always_inline __u32 overhead(const struct xlvs_server *server, __u8 kind)
{
	return kind == FLOW_TUN ? tunnel_overhead(server) : 0;
}

static __always_inline bool is_too_big(hook_t *ctx, const struct pkt *p,
				       const struct xlvs_next_hop *hop, __u32 more)
{
	return p->length + more > hop->mtu && !hook_segmented(ctx);
}

/*
 * What stands against sending, asked while the packet is still the original.
 * Errors about errors are never sent (RFC 1122, 3.2.2).
 */
static __always_inline verdict may_leave(hook_t *ctx, struct pkt *p,
					 const struct xlvs_next_hop *hop, __u32 more)
{
	bool answerable = is_transport(p->tuple.protocol);

	if (unlikely(!hook_can_reach(hop)))
		return give_up(hop->flags & XLVS_NEXT_HOP_VIA_STACK ? XLVS_REASON_VIA_STACK
								    : XLVS_REASON_NO_NEXT_HOP);
	if (unlikely(p->ttl <= 1)) {
		if (!answerable)
			return drop_because(XLVS_REASON_TTL_EXCEEDED);
		return HOOKED(answer_icmp)(ctx, p, ANSWER_TTL_EXCEEDED, XLVS_REASON_TTL_EXCEEDED,
					   0);
	}
	if (unlikely(is_too_big(ctx, p, hop, more))) {
		if (!(p->flags & PKT_DONT_FRAGMENT))
			return drop_because(XLVS_REASON_TOO_BIG_FRAGMENTABLE);
		if (!answerable)
			return drop_because(XLVS_REASON_TOO_BIG);
		return HOOKED(answer_icmp)(ctx, p, ANSWER_TOO_BIG, XLVS_REASON_TOO_BIG,
					   hop->mtu - more);
	}
	return CONTINUE;
}

/* Nothing stands against it and nothing wants mending: the cached way may do it. */
static __always_inline bool is_plain(hook_t *ctx, struct pkt *p, void *frame,
				     const struct decision *d)
{
	return hook_can_reach(d->hop) && p->ttl > 1 &&
	       !is_too_big(ctx, p, d->hop, overhead(d->server, d->kind)) &&
	       !(d->kind == FLOW_FULLNAT_IN && p->tuple.protocol == IPPROTO_TCP &&
		 has_other_options(ctx, p, frame));
}

static __always_inline int rewrite(hook_t *ctx, struct pkt *p, void *frame,
				   const struct decision *d)
{
	switch (d->kind) {
	case FLOW_NAT_IN:
		return translate(ctx, p, frame, NULL, d->server->addr, 0, d->port);
	case FLOW_NAT_OUT:
		return translate(ctx, p, frame, d->addr, NULL, d->port, 0);
	case FLOW_FULLNAT_IN:
		return translate(ctx, p, frame, d->addr, d->server->addr, d->port, d->server_port);
	case FLOW_FULLNAT_OUT:
		return translate(ctx, p, frame, d->vip, d->addr, d->vip_port, d->port);
	default:
		return age_ip(ctx, p, frame);
	}
}

/*
 * Options of a FULLNAT connection's segment: never the client's TOA, and an MSS that leaves
 * room for ours. Returns as mend_options().
 */
static __always_inline int mend_fullnat(hook_t *ctx, struct pkt *p, const struct decision *d,
					enum toa_mend toa)
{
	if (p->tuple.protocol != IPPROTO_TCP || p->flags & PKT_LATER_FRAGMENT)
		return 0;
	if (d->kind == FLOW_FULLNAT_IN)
		return has_other_options(ctx, p, NULL)
			       ? HOOKED(mend_options)(ctx, p, toa, d->hop->mtu)
			       : 0;
	if (d->kind == FLOW_FULLNAT_OUT && p->tcp_flags & TCP_SYN) {
		const struct xlvs_next_hop *to_server = entry(&next_hops, d->server->next_hop);

		return to_server ? HOOKED(mend_options)(ctx, p, TOA_LEAVE, to_server->mtu) : -1;
	}
	return 0;
}

/* Rewrites and sends. */
static __always_inline verdict send(hook_t *ctx, struct pkt *p, void *frame,
				    const struct decision *d)
{
	int link;

	count_packet(p, d->index, is_reply(d->kind));
	if (d->kind == FLOW_TUN)
		return send_tunnelled(ctx, p, frame, d->server, d->hop);
	if (rewrite(ctx, p, frame, d))
		return drop_because(XLVS_REASON_INTERNAL);
	link = hook_link_bytes(d->hop);
	if (frame && likely(p->l3 == link))
		return transmit(ctx, frame, d->hop, p->tuple.family);
	if (make_room(ctx, p, link, 0, 0))
		return drop_because(XLVS_REASON_NO_ROOM);
	return transmit(ctx, NULL, d->hop, p->tuple.family);
}

/* The same with the option that names the client. */
static __always_inline verdict send_with_toa(hook_t *ctx, struct pkt *p, const struct decision *d)
{
	count_packet(p, d->index, false);
	if (rewrite(ctx, p, NULL, d))
		return drop_because(XLVS_REASON_INTERNAL);
	if (HOOKED(toa_insert)(ctx, p, d->hop))
		return drop_because(XLVS_REASON_NO_ROOM);
	return transmit(ctx, NULL, d->hop, p->tuple.family);
}

/*
 * SCTP's checksum lies in the first fragment and covers all of them: it follows a change of
 * ports only where the length of the whole is known.
 */
static __always_inline bool breaks_checksum(const struct pkt *p, const struct decision *d)
{
	if (likely(p->tuple.protocol != IPPROTO_SCTP) || !(p->flags & PKT_FIRST_FRAGMENT))
		return false;
	switch (d->kind) {
	case FLOW_NAT_IN:
		return d->server_port != p->tuple.dport;
	case FLOW_NAT_OUT:
		return d->port != p->tuple.sport;
	default:
		return d->kind >= FLOW_FULLNAT_IN;
	}
}

/*
 * The slow way's end: whatever may stand against it is looked at. On a stack of its own, since the
 * chains of calls in request() and reply() are deep.
 */
static __noinline verdict forward(hook_t *ctx, struct pkt *p, const struct decision *d)
{
	verdict v = may_leave(ctx, p, d->hop, overhead(d->server, d->kind));
	bool fits;
	int toa = 0;

	note_busy(d->index);
	if (v)
		return v;
	if (breaks_checksum(p, d))
		return drop_because(XLVS_REASON_SCTP_FRAGMENT);
	fits = d->toa && toa_fits(ctx, p, d->hop);
	if (d->kind >= FLOW_FULLNAT_IN)
		toa = mend_fullnat(ctx, p, d, d->toa && !fits ? TOA_REPLACE : TOA_STRIP);
	if (toa < 0)
		return drop_because(XLVS_REASON_INTERNAL);
	if (fits)
		return send_with_toa(ctx, p, d);
	if (d->toa && !toa)
		count_reason(p->cpu, XLVS_REASON_OPTION_OMITTED);
	return send(ctx, p, NULL, d);
}

#endif
