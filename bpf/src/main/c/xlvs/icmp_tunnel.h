/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * An ICMP error about one of our tunnel packets comes to the director, not to the
 * client who can act on it. If it quotes enough to tell the connection, the client
 * gets an error of its own about its own packet, from the VIP, with the MTU that
 * the tunnel leaves (RFC 2003, section 4; RFC 2473, section 7).
 */
#ifndef XLVS_ICMP_TUNNEL_H
#define XLVS_ICMP_TUNNEL_H

#include "hop.h"
#include "icmp_quoted.h"
#include "lookup.h"
#include "ring.h"
#include "tunnel.h"

/* Where the tunnelled packet begins in what is quoted, or 0 if that is no tunnel of ours. */
static __always_inline __u32 tunnelled_at(hook_t *ctx, const struct quoted *q)
{
	const struct gre_header *gre;

	switch (q->tuple.protocol) {
	case IPPROTO_IPIP:
	case IPPROTO_IPV6:
		return q->l4;
	case IPPROTO_UDP:
		return q->l4 + sizeof(struct udphdr) + sizeof(struct gue_header);
	case IPPROTO_GRE:
		gre = header_at(ctx, q->l4, sizeof(*gre));
		if (!gre)
			return 0;
		return q->l4 + sizeof(*gre) +
		       (gre->flags & GRE_CHECKSUM ? sizeof(struct gre_checksum) : 0);
	default:
		return 0;
	}
}

/* What the client is told. */
static __always_inline enum icmp_answer tunnel_answer(const struct icmp_header *head, __u8 family)
{
	if (family == XLVS_IPV6)
		return head->type == ICMPV6_PKT_TOOBIG ? ANSWER_TOO_BIG : ANSWER_NO_HOST;
	return head->type == ICMP_DEST_UNREACH && head->code == ICMP_FRAG_NEEDED ? ANSWER_TOO_BIG
										 : ANSWER_NO_HOST;
}

/* The server of the tunnelled packet's connection or, ring first, of its flow; NULL: no tunnel. */
static __always_inline const struct xlvs_server *tunnelled_to(struct scratch *room)
{
	const struct xlvs_server *server;
	struct xlvs_conn *conn;
	bool half = false;

	conn = conn_find(&room->client, &half);
	if (conn)
		return conn->method == XLVS_TUN ? entry(&servers, conn->server) : NULL;
	server = entry(&servers, ring_flow_server(&room->client));
	return server && server->method == XLVS_TUN ? server : NULL;
}

/* Whether that server's tunnel is the one at fault. */
static __always_inline bool is_our_tunnel(struct scratch *room)
{
	const struct xlvs_server *server = tunnelled_to(room);

	return server && same_address(server->addr, room->relay.daddr) &&
	       same_address(server->tunnel_source, room->relay.saddr);
}

/* room->quoted is the tunnel packet that the error at hand quotes. */
__noinline verdict HOOKED(error_in_tunnel)(hook_t *ctx, struct pkt *p)
{
	__u32 inner, quote, shrink, mtu, head[2], zero = 0;
	struct icmp_header *error;
	enum icmp_answer answer;
	struct scratch *room;
	__u8 *version;
	verdict v;

	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!p || !room)
		return PASS;
	inner = tunnelled_at(ctx, &room->quoted);
	version = header_at(ctx, inner, sizeof(*version));
	error = header_at(ctx, p->l4, sizeof(*error));
	if (!inner || !version || !error)
		return PASS;
	answer = tunnel_answer(error, p->tuple.family);
	shrink = inner - room->quoted.l3;
	mtu = bpf_ntohl(error->rest);
	if (p->tuple.family == XLVS_IPV4)
		mtu &= 0xffff;
	mtu = mtu > shrink ? mtu - shrink : 0;
	__builtin_memcpy(room->relay.saddr, room->quoted.tuple.saddr, 16);
	__builtin_memcpy(room->relay.daddr, room->quoted.tuple.daddr, 16);
	if (parse_quoted(ctx, p, &room->quoted, inner, *version >> 4) != QUOTED_PORTS)
		return PASS;
	room->client = room->quoted.tuple;
	if (!is_our_tunnel(room))
		return PASS;
	if (!icmp_allowed())
		return drop_because(XLVS_REASON_ICMP_LIMITED);
	v = HOOKED(find_hop)(ctx, &room->client, &room->way);
	if (v)
		return v;
	if (!hook_can_reach(&room->way))
		return give_up(XLVS_REASON_NO_NEXT_HOP);
	if (room->client.family == XLVS_IPV4 && mtu > 0xffff)
		mtu = 0xffff; /* its field has 16 bits */
	icmp_head(answer, room->client.family, mtu, head);
	quote = quote_bytes(p->l3 + p->length - inner, room->client.family);
	if (icmp_quote(ctx, &room->client, room, inner, quote, head))
		return drop_because(XLVS_REASON_INTERNAL);
	p->tuple = room->client;
	p->l3 = inner;
	if (hook_resize_tail(ctx, inner + quote) ||
	    make_room(ctx, p, hook_link_bytes(&room->way),
		      ip_bytes(p->tuple.family) + ICMP_HEADER_BYTES, 0))
		return drop_because(XLVS_REASON_NO_ROOM);
	if (icmp_write(ctx, p, room, quote, head))
		return drop_because(XLVS_REASON_INTERNAL);
	return transmit(ctx, NULL, &room->way, p->tuple.family);
}

#endif
