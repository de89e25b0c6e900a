/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A new connection: persistence, scheduling, and for FULLNAT a local address
 * and port. The server's tuple is claimed before the entry is made, so that no
 * two clients ever share one.
 */
#ifndef XLVS_CONNECT_H
#define XLVS_CONNECT_H

#include "lookup.h"
#include "schedule.h"
#include "service.h"

#define PORT_TRIES 512

/* Search for a free local port. */
struct port_search {
	const struct xlvs_tuple *client;
	struct xlvs_tuple *reply; /* the server's tuple; destination is filled in */
	__u32 first;              /* of local_addresses */
	__u32 addresses;
	__u32 start;
	__u32 local; /* out: index, if found */
	bool found;
};

static long port_step(__u32 i, struct port_search *search)
{
	__u32 ports = settings.local_port_last - settings.local_port_first + 1;
	struct xlvs_tuple *reply = search->reply;
	const struct xlvs_local_address *local;
	__u32 position = search->start + i;

	search->local = search->first + position % search->addresses;
	local = entry(&local_addresses, search->local);
	if (!local || local->family != reply->family)
		return 0;
	__builtin_memcpy(reply->daddr, local->addr, 16);
	reply->dport = bpf_htons(settings.local_port_first + position / search->addresses % ports);
	if (bpf_map_lookup_elem(&replies, reply) ||
	    bpf_map_update_elem(&half_replies, reply, search->client, BPF_NOEXIST))
		return 0;
	search->found = true;
	return 1;
}

/*
 * FULLNAT: a local address and port of which this server has no connection. The
 * search goes on where the last one for the first address ended, so a free port
 * is found at once unless the range is nearly full.
 */
static __noinline enum xlvs_reason choose_local(const struct xlvs_tuple *client,
						const struct xlvs_service *s,
						struct xlvs_conn *conn, struct xlvs_tuple *reply)
{
	__u64 region = READ_ONCE(*(const __u64 *)&s->local_addresses);
	struct xlvs_local_address *hint = entry(&local_addresses, (__u32)region);
	struct port_search search = {
		.client = client,
		.reply = reply,
		.first = region,
		.addresses = region >> 32,
	};

	if (!hint || !search.addresses)
		return XLVS_REASON_NO_LOCAL_ADDRESS;
	search.start = __sync_fetch_and_add(&hint->next_port, 1);
	bpf_loop(PORT_TRIES, port_step, &search, 0);
	if (!search.found)
		return XLVS_REASON_PORTS_EXHAUSTED;
	__builtin_memcpy(conn->local_addr, reply->daddr, 16);
	conn->local_port = reply->dport;
	conn->local_index = search.local;
	return XLVS_REASON_NONE;
}

/*
 * NAT: a client may take a port again with which it has talked to this server under
 * another VIP. To the server both are one tuple, so the older connection is over
 * unless it is established, and its replies must not be taken for the newer one's.
 */
static __noinline enum xlvs_reason claim_nat(struct scratch *room, const struct xlvs_tuple *client)
{
	const struct xlvs_tuple *reply = &room->reply;
	const struct xlvs_tuple *holder = bpf_map_lookup_elem(&replies, reply);
	struct xlvs_conn *conn;

	if (holder && !same_tuple(holder, client)) {
		room->older = *holder;
		conn = bpf_map_lookup_elem(&connections, &room->older);
		if (conn && client->protocol != IPPROTO_UDP && state_is_active(conn->state) &&
		    !conn_expired(conn) && !conn_server_changed(conn))
			return XLVS_REASON_PORT_IN_USE;
		if (conn)
			conn_delete(&room->older, conn, false);
		bpf_map_delete_elem(&replies, reply);
	}
	bpf_map_update_elem(&half_replies, reply, client, BPF_ANY);
	return XLVS_REASON_NONE;
}

/* The server for this client: its template's, or a scheduled one. */
static __always_inline __u32 choose_server(struct pkt *p, const struct xlvs_tuple *client,
					   const struct xlvs_service *s, __u32 service,
					   bool *from_template)
{
	__u32 server = XLVS_RING_EMPTY;

	*from_template = false;
	if (s->flags & XLVS_SERVICE_PERSISTENT) {
		server = template_server(client, s);
		*from_template = server != XLVS_RING_EMPTY;
	}
	return *from_template ? server : HOOKED(schedule)(p, service);
}

static __always_inline void conn_init(struct pkt *p, struct xlvs_conn *conn,
				      const struct xlvs_server *s, __u32 service, __u32 server)
{
	__builtin_memset(conn, 0, sizeof(*conn));
	conn->last_seen = bpf_jiffies64();
	conn->server = server;
	conn->generation = s->generation;
	conn->service = service;
	conn->method = s->method;
	conn->flags = two_way(s->method) ? 0 : XLVS_CONN_INPUT_ONLY;
	conn->state = next_state(p, XLVS_STATE_NONE, conn->flags, FROM_CLIENT);
	conn->timeout = state_timeout(service, conn->state);
	if (state_is_active(conn->state))
		conn->flags |= XLVS_CONN_COUNTED_ACTIVE;
	conn->server_port = p->flags & PKT_DATA_PORT ? p->tuple.dport : port_at(s, p);
}

/* ip_vs_bind_app(): by the port at the VIP, whatever kind of service it is. */
static __always_inline bool is_ftp_control(const struct xlvs_tuple *client,
					   const struct xlvs_service *s, __u8 method)
{
	return s->flags & XLVS_SERVICE_FTP && client->protocol == IPPROTO_TCP && two_way(method) &&
	       is_ftp_port(client->dport);
}

/* Makes the connection room->conn of a client's first packet, room->client being its tuple;
 * returns why not, or XLVS_REASON_NONE. */
__noinline enum xlvs_reason HOOKED(connect)(struct pkt *p, __u32 service)
{
	const struct xlvs_service *s = entry(&services, service);
	const struct xlvs_server *server;
	const struct xlvs_tuple *client;
	const struct xlvs_conn *faster; /* another CPU's, of the same client */
	enum xlvs_reason reason;
	struct scratch *room;
	__u32 index, zero = 0;
	bool from_template;

	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!p || !s || !room)
		return XLVS_REASON_INTERNAL;
	client = &room->client;
	index = choose_server(p, client, s, service, &from_template);
	server = entry(&servers, index);
	if (!server)
		return XLVS_REASON_NO_SERVER;
	conn_init(p, &room->conn, server, service, index);
	if (is_ftp_control(client, s, server->method))
		room->conn.flags |= XLVS_CONN_FTP;
	if (two_way(room->conn.method)) {
		if (server->family != p->tuple.family)
			return XLVS_REASON_ONE_FAMILY_ONLY;
		reply_tuple(client, &room->conn, server, &room->reply);
		if (room->conn.method == XLVS_FULLNAT) {
			reason = choose_local(client, s, &room->conn, &room->reply);
		} else {
			reason = claim_nat(room, client);
		}
		if (reason)
			return reason;
	}
	if (s->flags & XLVS_SERVICE_PERSISTENT && !from_template &&
	    template_make(client, s, &room->conn))
		return XLVS_REASON_TABLE_FULL;
	if (bpf_map_update_elem(&half_open, client, &room->conn, BPF_NOEXIST)) {
		faster = bpf_map_lookup_elem(&half_open, client);
		if (!faster)
			return XLVS_REASON_TABLE_FULL;
		room->conn = *faster;
		return XLVS_REASON_NONE;
	}
	load_count(index, room->conn.flags, 1);
	return XLVS_REASON_NONE;
}

#endif
