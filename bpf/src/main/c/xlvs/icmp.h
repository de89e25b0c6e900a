/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * ICMP that concerns us: echo to a VIP is answered; errors about a connection
 * go to the peer they are meant for, with the quoted packet as that peer sent
 * it (RFC 5508). The quoted transport checksum is left, as IPVS leaves it.
 */
#ifndef XLVS_ICMP_H
#define XLVS_ICMP_H

#include "icmp_quoted.h"
#include "icmp_rewrite.h"
#include "icmp_tunnel.h"
#include "reply.h"
#include "service.h"

static __always_inline bool is_icmp(const struct pkt *p)
{
	return p->tuple.protocol == (p->tuple.family == XLVS_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

static __always_inline bool is_error(__u8 type, __u8 family)
{
	if (family == XLVS_IPV6)
		return type >= ICMPV6_DEST_UNREACH && type <= ICMPV6_PARAMPROB;
	return type == ICMP_DEST_UNREACH || type == ICMP_TIME_EXCEEDED ||
	       type == ICMP_PARAMETERPROB;
}

static __noinline verdict answer_echo(hook_t *ctx, struct pkt *p)
{
	bool v4 = p->tuple.family == XLVS_IPV4;
	__u8 from = v4 ? ICMP_ECHO : ICMPV6_ECHO_REQUEST;
	__u8 to = v4 ? ICMP_ECHOREPLY : ICMPV6_ECHO_REPLY;
	__u8 mac[ETH_ALEN];
	struct ethhdr *eth;
	__u8 *type;

	if (hook_l4_csum(ctx, NULL, p->l4 + offsetof(struct icmp_header, checksum),
			 csum_diff16(from, to), 0, false))
		return drop_because(XLVS_REASON_INTERNAL);
	type = header_at(ctx, p->l4, sizeof(*type));
	if (!type)
		return drop_because(XLVS_REASON_INTERNAL);
	*type = to;
	p->ttl = 64;
	if (v4) {
		struct iphdr *ip = header_at(ctx, p->l3, sizeof(*ip));
		__be16 before;

		if (!ip)
			return drop_because(XLVS_REASON_INTERNAL);
		before = *(__be16 *)&ip->ttl;
		ip->ttl = 64;
		ip->check = csum_apply(ip->check, csum_diff16(before, *(__be16 *)&ip->ttl));
		ip->saddr = p->tuple.daddr[0];
		ip->daddr = p->tuple.saddr[0];
	} else {
		struct ipv6hdr *ip = header_at(ctx, p->l3, sizeof(*ip));

		if (!ip)
			return drop_because(XLVS_REASON_INTERNAL);
		ip->hop_limit = 64;
		__builtin_memcpy(&ip->saddr, p->tuple.daddr, 16);
		__builtin_memcpy(&ip->daddr, p->tuple.saddr, 16);
	}
	eth = header_at(ctx, 0, sizeof(*eth));
	if (!eth)
		return drop_because(XLVS_REASON_INTERNAL);
	__builtin_memcpy(mac, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, mac, ETH_ALEN);
	return sent_because(hook_return(ctx), XLVS_REASON_ECHO_ANSWERED);
}

static __always_inline void reverse(const struct xlvs_tuple *t, struct xlvs_tuple *reversed)
{
	__builtin_memset(reversed, 0, sizeof(*reversed));
	__builtin_memcpy(reversed->saddr, t->daddr, 16);
	__builtin_memcpy(reversed->daddr, t->saddr, 16);
	reversed->sport = t->dport;
	reversed->dport = t->sport;
	reversed->protocol = t->protocol;
	reversed->family = t->family;
}

/* An error about what a server of a service that is ring first sent: to that server, as it came. */
__noinline verdict HOOKED(ring_error)(hook_t *ctx, struct pkt *p, __u32 server)
{
	struct decision d = { .index = server };

	d.server = entry(&servers, server);
	if (!p || !d.server)
		return drop_because(XLVS_REASON_INTERNAL);
	if (!(d.server->flags & XLVS_SERVER_AVAILABLE))
		return drop_because(XLVS_REASON_SERVER_GONE);
	d.hop = entry(&next_hops, d.server->next_hop);
	if (!d.hop)
		return drop_because(XLVS_REASON_INTERNAL);
	if (d.server->flags & XLVS_SERVER_LOCAL) {
		note_packet(p, d.index, false);
		return PASS;
	}
	d.kind = flow_kind(d.server->method, false);
	return forward(ctx, p, &d);
}

/* An error about what a server sent to its client, room->client: on to the server. */
static __noinline verdict error_to_server(hook_t *ctx, struct pkt *p, struct scratch *room)
{
	const struct xlvs_server *server;
	const struct xlvs_next_hop *hop;
	struct relay *r = &room->relay;
	struct xlvs_conn *conn;
	verdict v;
	bool half = false;
	__u8 kind;

	conn = conn_find(&room->client, &half);
	if (!conn)
		return pass_because(XLVS_REASON_ICMP_UNRELATED);
	server = entry(&servers, conn->server);
	if (!server)
		return drop_because(XLVS_REASON_INTERNAL);
	if (server->flags & XLVS_SERVER_LOCAL) {
		note_packet(p, conn->server, false);
		return PASS; /* the server is behind us, in the stack */
	}
	hop = entry(&next_hops, server->next_hop);
	if (!hop)
		return drop_because(XLVS_REASON_INTERNAL);
	kind = flow_kind(conn->method, false);
	v = may_leave(ctx, p, hop, overhead(server, kind));
	if (v)
		return v;
	note_packet(p, conn->server, false);
	if (kind == FLOW_TUN)
		return send_tunnelled(ctx, p, NULL, server, hop);
	relay_init(r, p, &room->quoted);
	if (two_way(conn->method)) {
		__builtin_memcpy(r->daddr, server->addr, 16);
		__builtin_memcpy(r->quoted.saddr, server->addr, 16);
		r->quoted.sport = conn->server_port;
	}
	if (conn->method == XLVS_FULLNAT) {
		__builtin_memcpy(r->saddr, conn->local_addr, 16);
		__builtin_memcpy(r->quoted.daddr, conn->local_addr, 16);
		r->quoted.dport = conn->local_port;
	}
	if (rewrite_error(ctx, p, room) || make_room(ctx, p, hook_link_bytes(hop), 0, 0))
		return drop_because(XLVS_REASON_INTERNAL);
	return transmit(ctx, NULL, hop, p->tuple.family);
}

/* An error about what we sent to a server for a client: on to the client, from the VIP. */
static __noinline verdict error_to_client(hook_t *ctx, struct pkt *p, struct scratch *room)
{
	struct xlvs_tuple *client = &room->client;
	struct relay *r = &room->relay;
	struct xlvs_conn *conn;
	verdict v;
	bool half;

	reverse(&room->quoted.tuple, &room->reply);
	if (!client_of(&room->reply, client, &half))
		return pass_because(XLVS_REASON_ICMP_UNRELATED);
	conn = conn_find(client, &half);
	if (!conn)
		return pass_because(XLVS_REASON_ICMP_UNRELATED);
	v = HOOKED(find_hop)(ctx, client, &room->way);
	if (v)
		return v;
	v = may_leave(ctx, p, &room->way, 0);
	if (v)
		return v;
	note_packet(p, conn->server, true);
	relay_init(r, p, &room->quoted);
	__builtin_memcpy(r->saddr, client->daddr, 16);
	__builtin_memcpy(r->quoted.daddr, client->daddr, 16);
	r->quoted.dport = client->dport;
	if (conn->method == XLVS_FULLNAT) {
		__builtin_memcpy(r->daddr, client->saddr, 16);
		__builtin_memcpy(r->quoted.saddr, client->saddr, 16);
		r->quoted.sport = client->sport;
	}
	if (rewrite_error(ctx, p, room) || make_room(ctx, p, hook_link_bytes(&room->way), 0, 0))
		return drop_because(XLVS_REASON_INTERNAL);
	return transmit(ctx, NULL, &room->way, p->tuple.family);
}

static __always_inline bool is_vip(const __be32 *addr, __u8 family)
{
	return destination_bits(addr, family) &&
	       find_endpoint(addr, 0, 0, XLVS_ENDPOINT_VIP, family);
}

/* A later IPv6 fragment whose datagram begins with options: only the first, unseen so far, tells
 * the protocol. */
static __always_inline bool is_orphan(const struct pkt *p)
{
	return p->tuple.family == XLVS_IPV6 && p->flags & PKT_LATER_FRAGMENT &&
	       is_extension(p->tuple.protocol);
}

/* Anything that is no transport which is balanced. */
__noinline verdict HOOKED(icmp)(hook_t *ctx, struct pkt *p)
{
	struct icmp_header *head;
	struct scratch *room;
	struct quoted *q;
	enum quoted_part found;
	__u32 server, zero = 0;
	bool to_vip;

	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!p || !room)
		return PASS;
	q = &room->quoted;
	to_vip = is_vip(p->tuple.daddr, p->tuple.family);
	if (to_vip && is_orphan(p))
		return drop_because(XLVS_REASON_ORPHAN_FRAGMENT);
	if (!is_icmp(p))
		return to_vip ? pass_because(XLVS_REASON_UNKNOWN_PROTOCOL) : PASS;
	if (!is_whole(p))
		return PASS;
	head = header_at(ctx, p->l4, sizeof(*head));
	if (!head || p->length < p->l4 - p->l3 + sizeof(*head))
		return pass_because(XLVS_REASON_TRUNCATED);
	if (head->type == (p->tuple.family == XLVS_IPV4 ? ICMP_ECHO : ICMPV6_ECHO_REQUEST))
		return to_vip && is_answerable(ctx, p) ? answer_echo(ctx, p) : PASS;
	if (!is_error(head->type, p->tuple.family))
		return PASS;
	found = parse_quoted(ctx, p, q, p->l4 + ICMP_HEADER_BYTES, p->tuple.family);
	/* an error goes to whoever sent what it quotes */
	if (found == QUOTED_NOTHING || !same_address(p->tuple.daddr, q->tuple.saddr))
		return to_vip ? pass_because(XLVS_REASON_ICMP_UNRELATED) : PASS;
	if (!is_intact(ctx, p, room))
		return to_vip ? pass_because(XLVS_REASON_BAD_HEADER) : PASS;
	if ((to_vip || hook_mark(ctx)) && found == QUOTED_PORTS) {
		reverse(&q->tuple, &room->client);
		server = ring_flow_server(&room->client);
		return server == XLVS_RING_EMPTY ? error_to_server(ctx, p, room)
						 : HOOKED(ring_error)(ctx, p, server);
	}
	if (found == QUOTED_PORTS &&
	    (is_server(q->tuple.daddr, q->tuple.dport, q->tuple.protocol, q->tuple.family) ||
	     find_endpoint(q->tuple.saddr, 0, 0, XLVS_ENDPOINT_LOCAL, q->tuple.family)))
		return error_to_client(ctx, p, room);
	return HOOKED(error_in_tunnel)(ctx, p);
}

#endif
