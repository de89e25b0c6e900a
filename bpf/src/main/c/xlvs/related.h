/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * FTP's data connections. Each belongs to a control connection, which says where it
 * will be and which it keeps from expiring (ip_vs_control_add()). Until it comes it is
 * an entry of half_open in state LISTEN, as in IPVS: of active mode under its own tuple,
 * of passive mode under one without the client's port. A control connection expects
 * one at a time, so that thousands of announcements leave one entry.
 */
#ifndef XLVS_RELATED_H
#define XLVS_RELATED_H

#include "decide.h"

/* Removes what was expected last, unless it has come. */
static __always_inline void forget_expected(struct scratch *room)
{
	struct xlvs_tuple *key = &room->related;
	struct xlvs_conn *conn;

	if (!room->expected.former_dport)
		return;
	*key = room->client;
	key->sport = room->expected.former_sport;
	key->dport = room->expected.former_dport;
	conn = bpf_map_lookup_elem(&half_open, key);
	if (conn && conn->state == XLVS_STATE_LISTEN && conn->flags & XLVS_CONN_CONTROLLED)
		conn_delete(key, conn, true);
}

static __always_inline void expected_init(struct xlvs_conn *conn, const struct xlvs_conn *by,
					  const struct xlvs_tuple *client, __be16 server_port)
{
	__builtin_memset(conn, 0, sizeof(*conn));
	conn->last_seen = bpf_jiffies64();
	conn->server = by->server;
	conn->generation = by->generation;
	conn->service = by->service;
	conn->method = by->method;
	conn->flags = XLVS_CONN_CONTROLLED;
	conn->state = XLVS_STATE_LISTEN;
	conn->timeout = state_timeout(conn->service, conn->state);
	conn->server_port = server_port;
	conn->template_port = client->dport;
	conn->template_mask = client->sport;
}

/* Makes the data connection room->expected of the control connection `by`, whose tuple is
 * room->client, expected. */
__noinline enum xlvs_reason HOOKED(expect)(const struct xlvs_conn *by)
{
	const struct xlvs_server *server;
	enum xlvs_reason reason;
	struct xlvs_tuple *key;
	struct xlvs_conn *conn;
	struct scratch *room;
	__u32 zero = 0;
	bool half = true;

	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!by || !room)
		return XLVS_REASON_INTERNAL;
	server = entry(&servers, by->server);
	if (!server)
		return XLVS_REASON_INTERNAL;
	forget_expected(room);
	key = &room->related;
	*key = room->client;
	key->sport = room->expected.sport;
	key->dport = room->expected.dport;
	conn = conn_find(key, &half);
	if (conn)
		conn_delete(key, conn, half);
	expected_init(&room->conn, by, &room->client, room->expected.server_port);
	if (key->sport) {
		reply_tuple(key, &room->conn, server, &room->reply);
		reason = claim_nat(room, key);
		if (reason)
			return reason;
	}
	if (bpf_map_update_elem(&half_open, key, &room->conn, BPF_NOEXIST))
		return XLVS_REASON_TABLE_FULL;
	load_count(by->server, room->conn.flags, 1);
	return XLVS_REASON_NONE;
}

/*
 * Passive mode: makes the data connection that a client's first packet opens, room->client being
 * its tuple. XLVS_REASON_NO_CONNECTION if none is expected there.
 */
__noinline enum xlvs_reason HOOKED(connect_expected)(struct pkt *p)
{
	const struct xlvs_service *s;
	const struct xlvs_server *server;
	enum xlvs_reason reason;
	struct xlvs_conn *found;
	struct scratch *room;
	__u32 zero = 0;

	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!p || !room)
		return XLVS_REASON_INTERNAL;
	room->related = room->client;
	room->related.sport = 0;
	found = bpf_map_lookup_elem(&half_open, &room->related);
	if (!found || !(found->flags & XLVS_CONN_CONTROLLED) || conn_expired(found))
		return XLVS_REASON_NO_CONNECTION;
	room->conn = *found;
	s = entry(&services, room->conn.service);
	server = entry(&servers, room->conn.server);
	if (conn_delete(&room->related, found, true) || !s || !server ||
	    server->generation != room->conn.generation)
		return XLVS_REASON_NO_CONNECTION;
	room->conn.last_seen = bpf_jiffies64();
	room->conn.state = next_state(p, XLVS_STATE_LISTEN, 0, FROM_CLIENT);
	room->conn.timeout = state_timeout(room->conn.service, room->conn.state);
	if (state_is_active(room->conn.state))
		room->conn.flags |= XLVS_CONN_COUNTED_ACTIVE;
	reply_tuple(&room->client, &room->conn, server, &room->reply);
	reason = room->conn.method == XLVS_FULLNAT
			 ? choose_local(&room->client, s, &room->conn, &room->reply)
			 : claim_nat(room, &room->client);
	if (reason)
		return reason;
	if (bpf_map_update_elem(&half_open, &room->client, &room->conn, BPF_NOEXIST))
		return XLVS_REASON_TABLE_FULL;
	load_count(room->conn.server, room->conn.flags, 1);
	return XLVS_REASON_NONE;
}

/* A data connection in use keeps its control connection, though that be idle. Others have none. */
static __always_inline void refresh_control(struct scratch *room, const struct xlvs_conn *data)
{
	struct xlvs_conn *conn;

	if (likely(!(data->flags & XLVS_CONN_CONTROLLED)))
		return;
	room->related = room->client;
	room->related.sport = data->template_mask;
	room->related.dport = data->template_port;
	conn = bpf_map_lookup_elem(&connections, &room->related);
	if (conn && conn->flags & XLVS_CONN_FTP)
		WRITE_ONCE(conn->last_seen, bpf_jiffies64());
}

/* Whether ftp() is to read the packet before it is forwarded. */
static __always_inline bool wants_reading(const struct pkt *p, const struct xlvs_conn *conn)
{
	return conn->flags & XLVS_CONN_FTP && !(p->flags & PKT_READ);
}

#endif
