/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Finding a connection, and moving it from the handshake's table to the one
 * that nothing evicts.
 */
#ifndef XLVS_LOOKUP_H
#define XLVS_LOOKUP_H

#include "conn.h"
#include "persist.h"

/*
 * The live connection under the client's tuple; an expired or orphaned one is removed on
 * sight. *half: in, where it is likelier to be; out, where it is. Promotion puts it into
 * connections before it leaves half_open, so that whoever asks half_open first needs two
 * look-ups, and whoever asks connections first a third one.
 */
static __noinline struct xlvs_conn *conn_find(const struct xlvs_tuple *client, bool *half)
{
	struct xlvs_conn *conn = *half ? NULL : bpf_map_lookup_elem(&connections, client);

	*half = false;
	if (!conn) {
		conn = bpf_map_lookup_elem(&half_open, client);
		if (conn)
			*half = true;
		else
			conn = bpf_map_lookup_elem(&connections, client);
	}
	if (!conn)
		return NULL;
	if (likely(!conn_expired(conn) && !conn_server_changed(conn)))
		return conn;
	conn_delete(client, conn, *half);
	return NULL;
}

/* In how many periods (about a second each) after its first a datagram must have come. */
#define LASTING_PERIODS 2

/* UDP of DR and TUN: whether its client has used it for a while, and the table has room for such.
 */
static __always_inline bool lasts(struct xlvs_conn *conn)
{
	const __s32 *used = entry(&one_way, 0);

	if (conn->proof < LASTING_PERIODS && period(conn->last_seen) != period_now())
		conn->proof++;
	return conn->proof == LASTING_PERIODS && used &&
	       READ_ONCE(*used) < (__s32)settings.one_way_limit;
}

/*
 * Whether this packet of the client earns its connection a place that nothing evicts.
 * TCP: by an acknowledgement that only a receiver of the server's answer can send
 * (RFC 9293). SCTP: by the tag that the server's INIT ACK has given (RFC 9260). UDP of NAT and
 * FULLNAT: never, the server's answer does it, in reply(). UDP of DR and TUN, whose answers are not
 * seen: by use. That much can be forged, so that such connections get no more than their share of
 * the table.
 */
static __always_inline bool promotes(const struct pkt *p, struct xlvs_conn *conn)
{
	if (p->flags & PKT_LATER_FRAGMENT)
		return false;
	if (p->tuple.protocol == IPPROTO_UDP)
		return !two_way(conn->method) && lasts(conn);
	if (p->tuple.protocol == IPPROTO_SCTP)
		return sctp_follows(p) &&
		       (!two_way(conn->method) || (conn->proof && p->ack == conn->proof));
	if ((p->tcp_flags & (TCP_SYN | TCP_RST | TCP_ACK)) != TCP_ACK)
		return false;
	if (!two_way(conn->method))
		return true; /* the server's half is not seen: nothing to compare with */
	return conn->proof && p->ack - conn->proof < 1U << 30;
}

static __always_inline bool same_tuple(const struct xlvs_tuple *a, const struct xlvs_tuple *b)
{
	return same_address(a->saddr, b->saddr) && same_address(a->daddr, b->daddr) &&
	       a->sport == b->sport && a->dport == b->dport && a->protocol == b->protocol;
}

/* Makes the server's tuple lead to this client, unless it leads to another already. */
static __always_inline int claim(void *reply_table, const struct xlvs_tuple *reply,
				 const struct xlvs_tuple *client)
{
	const struct xlvs_tuple *holder;

	if (!bpf_map_update_elem(reply_table, reply, client, BPF_NOEXIST))
		return 0;
	holder = bpf_map_lookup_elem(reply_table, reply);
	return holder && same_tuple(holder, client) ? 0 : -1;
}

enum promotion {
	PROMOTED_NOT,
	PROMOTED_HERE,
	PROMOTED_ELSEWHERE,
};

/*
 * Moves the half-open connection in the room (conn, client) into the table that
 * nothing evicts. Two CPUs may try at once: the insert that does not overwrite
 * decides. Returns which CPU it was. Fails if the table is full, or if the server's tuple
 * went to another client after a flood had evicted our claim.
 */
__noinline int HOOKED(promote)(__u32 server)
{
	const struct xlvs_server *s = entry(&servers, server);
	struct xlvs_tuple *client, key;
	struct scratch *room;
	int promoted = PROMOTED_HERE;
	__u32 zero = 0;
	bool paired;

	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!s || !room)
		return PROMOTED_NOT;
	client = &room->client;
	paired = two_way(room->conn.method);
	if (paired) {
		reply_tuple(client, &room->conn, s, &room->reply);
		if (claim(&replies, &room->reply, client))
			return PROMOTED_NOT;
	}
	room->conn.proof = bpf_jiffies64() / settings.jiffies_per_second;
	template_hold(client, &room->conn);
	if (bpf_map_update_elem(&connections, client, &room->conn, BPF_NOEXIST)) {
		if (room->conn.flags & XLVS_CONN_TEMPLATE_HELD)
			template_release(client, room->conn.service, template_held(&room->conn),
					 &key);
		if (!bpf_map_lookup_elem(&connections, client)) {
			if (paired)
				bpf_map_delete_elem(&replies, &room->reply);
			return PROMOTED_NOT;
		}
		promoted = PROMOTED_ELSEWHERE;
	} else if (is_one_way(client, room->conn.flags)) {
		one_way_count(1);
	}
	bpf_map_delete_elem(&half_open, client);
	if (paired)
		bpf_map_delete_elem(&half_replies, &room->reply);
	return promoted;
}

#endif
