/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The slow way of a real server's packet to a client: NAT and FULLNAT. */
#ifndef XLVS_REPLY_H
#define XLVS_REPLY_H

#include "parse_sctp.h"
#include "related.h"
#include "service.h"

/* Whether a reply carries data of the server. */
static __always_inline bool carries_data(hook_t *ctx, struct pkt *p)
{
	struct tcphdr *tcp = header_at(ctx, p->l4, sizeof(*tcp));

	return tcp && p->length > p->l4 - p->l3 + tcp->doff * 4;
}

/* What a reply tells about the connection beside its state. */
static __always_inline void learn_from_reply(hook_t *ctx, struct pkt *p, struct xlvs_conn *conn,
					     bool half)
{
	union conn_word known;
	struct tcphdr *tcp;

	if (p->flags & PKT_LATER_FRAGMENT)
		return;
	if (p->tuple.protocol == IPPROTO_SCTP && half)
		sctp_learn_tag(ctx, p, conn);
	if (p->tuple.protocol != IPPROTO_TCP)
		return;
	if (half) {
		tcp = header_at(ctx, p->l4, sizeof(*tcp));
		if (tcp && p->tcp_flags & TCP_SYN) /* FTP's active mode: the server opens */
			conn->proof = bpf_ntohl(tcp->seq) + 1;
	} else if (conn->method == XLVS_FULLNAT && !(conn->flags & XLVS_CONN_TOA_DONE) &&
		   carries_data(ctx, p)) {
		for (int i = 0; i < MOVE_TRIES; i++) {
			known = conn_read(conn);
			if (conn_move(conn, known, known.state, XLVS_CONN_TOA_DONE))
				break;
		}
	}
}

/* Finds the client's tuple of a reply, copied since the entry may go. *half: out, whether its
 * connection is likely to be half open. */
static __noinline bool client_of(const struct xlvs_tuple *reply, struct xlvs_tuple *client,
				 bool *half)
{
	const struct xlvs_tuple *found = bpf_map_lookup_elem(&replies, reply);

	*half = !found;
	if (!found)
		found = bpf_map_lookup_elem(&half_replies, reply);
	if (!found)
		return false;
	*client = *found;
	return true;
}

/*
 * FULLNAT's replies are watched until the server has answered data. Their VIP is
 * the service's, which a service on every port or of a firewall mark cannot tell, nor
 * an FTP service for its data connections.
 */
static __always_inline bool reply_may_be_cached(const struct pkt *p, const struct xlvs_conn *conn,
						const struct xlvs_tuple *client)
{
	const struct xlvs_service *s = entry(&services, conn->service);

	if (!s || !is_settled(conn) || !is_whole(p) || conn->flags & XLVS_CONN_FTP)
		return false;
	if (conn->method != XLVS_FULLNAT)
		return true;
	return s->port == client->dport &&
	       (p->tuple.protocol != IPPROTO_TCP || conn->flags & XLVS_CONN_TOA_DONE);
}

/* Until a cached decision of this moment would have to be checked. */
static __always_inline void keep_way(struct xlvs_conn *conn, __u16 epoch, __u32 kept)
{
	WRITE_ONCE(conn->client_way,
		   kept | (__u64)epoch << 16 | (__u64)fresh_until(conn->timeout) << 32);
}

/*
 * The way to the client in the room, for its connection: the one that it has kept, if that still
 * counts, else the routing table's. Copied, so that what follows is verified once for both.
 */
__noinline verdict HOOKED(client_way)(hook_t *ctx, const struct xlvs_conn *conn, __u32 epoch)
{
	const struct xlvs_next_hop *hop;
	struct scratch *room;
	__u32 zero = 0;
	__u64 way;

	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!conn || !room)
		return drop_because(XLVS_REASON_INTERNAL);
	way = READ_ONCE(conn->client_way);
	room->kept_way = way & 0xffff;
	if (room->kept_way && (__u16)(way >> 16) == (__u16)epoch &&
	    (__u16)((way >> 32) - period_now()) < XLVS_FRESH_PERIODS) {
		hop = entry(&next_hops, room->kept_way);
		if (hop) {
			room->way = *hop;
			return CONTINUE;
		}
	}
	room->kept_way = 0;
	return HOOKED(find_hop)(ctx, &room->client, &room->way);
}

/*
 * Whether the answer earns a half-open connection a place that nothing evicts: of UDP any does. Of
 * a TCP or SCTP connection that began in its middle (sloppy_tcp, sloppy_sctp) one that is no reset:
 * the server knows it.
 */
static __always_inline bool answer_promotes(const struct pkt *p, const struct xlvs_conn *conn)
{
	if (p->tuple.protocol == IPPROTO_UDP)
		return !schedules_each_packet(p, conn->service);
	if (!state_is_established(conn->state) || !is_whole(p))
		return false;
	return p->tuple.protocol == IPPROTO_SCTP ? sctp_follows(p)
						 : !(p->tcp_flags & (TCP_SYN | TCP_RST));
}

/* nat_icmp_send: what a server of ours sends that belongs to no connection, it hears that nobody
 * waits for; as from the address that it was for. Resets and aborts are let pass. */
__noinline verdict HOOKED(refuse_answer)(hook_t *ctx, struct pkt *p)
{
	struct scratch *room;
	__u32 zero = 0;

	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!p || !room || !sysctl_is_set(XLVS_SYSCTL_NAT_ICMP) ||
	    (p->tuple.protocol == IPPROTO_TCP && p->tcp_flags & TCP_RST) ||
	    (p->tuple.protocol == IPPROTO_SCTP && sctp_event(p) == SCTP_EVENT_ABORT) ||
	    !find_endpoint(p->tuple.saddr, p->tuple.sport, p->tuple.protocol, XLVS_ENDPOINT_SERVER,
			   p->tuple.family))
		return PASS;
	__builtin_memcpy(room->client.daddr, p->tuple.daddr, 16);
	return HOOKED(answer_icmp)(ctx, p, ANSWER_NO_PORT, XLVS_REASON_NO_CONNECTION, 0);
}

#define HALF (1 << 16)

/* What the answer does to its connection, and to the cache. On a stack of its own. */
static __noinline verdict answered(hook_t *ctx, struct pkt *p, const struct decision *d,
				   struct xlvs_conn *conn, __u32 half_and_epoch)
{
	bool half = half_and_epoch & HALF, promoted = half && answer_promotes(p, conn);
	__u32 kept, zero = 0, epoch = half_and_epoch & 0xffff;
	struct scratch *room;

	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!room)
		return drop_because(XLVS_REASON_INTERNAL);
	learn_from_reply(ctx, p, conn, half);
	advance(p, conn, &room->client, FROM_SERVER);
	if (promoted) {
		conn = settle(room, conn);
		if (!conn)
			return drop_because(XLVS_REASON_TABLE_FULL);
		half = false;
	}
	if (half || !reply_may_be_cached(p, conn, &room->client))
		return CONTINUE;
	kept = room->kept_way;
	if (!kept) {
		kept = keep_hop(&room->way);
		keep_way(conn, epoch, kept);
	}
	if (kept)
		remember(p, d, &room->client, conn, epoch, kept);
	return CONTINUE;
}

/* A real server's packet towards a client: NAT, FULLNAT. CONTINUE if it belongs to no connection.
 */
__noinline verdict HOOKED(reply)(hook_t *ctx, struct pkt *p)
{
	struct decision d = {};
	struct xlvs_tuple *client;
	struct xlvs_conn *conn;
	struct scratch *room;
	__u32 epoch, zero = 0;
	verdict v;
	bool half;

	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!p || !room)
		return PASS;
	room->reply = p->tuple;
	if (!client_of(&room->reply, &room->client, &half))
		return CONTINUE; /* a server's own business */
	client = &room->client;
	epoch = epoch_read(epoch_bucket(client));
	conn = conn_find(client, &half);
	if (!conn)
		return sysctl_is_set(XLVS_SYSCTL_NAT_ICMP)
			       ? CONTINUE
			       : pass_because(XLVS_REASON_NO_CONNECTION);
	if (unlikely(wants_reading(p, conn)))
		return READ_FIRST;
	refresh_control(room, conn);
	d.index = conn->server;
	d.server = entry(&servers, conn->server);
	if (!d.server)
		return drop_because(XLVS_REASON_INTERNAL);
	d.kind = flow_kind(conn->method, true);
	if (d.kind == FLOW_NAT_OUT) {
		d.addr = client->daddr;
		d.port = client->dport;
	} else {
		d.addr = client->saddr;
		d.port = client->sport;
		d.vip = client->daddr;
		d.vip_port = client->dport;
	}
	v = HOOKED(client_way)(ctx, conn, epoch);
	if (v)
		return v;
	d.hop = &room->way;
	if (hook_can_reach(d.hop)) {
		v = answered(ctx, p, &d, conn, (epoch & 0xffff) | (half ? HALF : 0));
		if (v)
			return v;
	}
	return forward(ctx, p, &d);
}

#endif
