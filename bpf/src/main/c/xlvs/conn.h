/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The truth about connections. Established ones are never evicted: a full table
 * refuses by name. A handshake lives in half_open, which may churn under a
 * flood; the client's next packet promotes it. NAT and FULLNAT have two keys,
 * the client's tuple and the server's (replies, half_replies); the first alone
 * holds the state and expires.
 */
#ifndef XLVS_CONN_H
#define XLVS_CONN_H

#include "flow_cache.h"
#include "template.h"

static __always_inline bool conn_expired(const struct xlvs_conn *conn)
{
	return idle_for(READ_ONCE(conn->last_seen), conn->timeout);
}

/* Whether its server is still the one it was made for. */
static __always_inline bool conn_server_changed(const struct xlvs_conn *conn)
{
	const struct xlvs_server *s = entry(&servers, conn->server);

	return !s || s->generation != conn->generation;
}

/* The server's tuple: as a reply carries it. */
static __always_inline void reply_tuple(const struct xlvs_tuple *client,
					const struct xlvs_conn *conn, const struct xlvs_server *s,
					struct xlvs_tuple *reply)
{
	__builtin_memset(reply, 0, sizeof(*reply));
	reply->family = client->family;
	reply->protocol = client->protocol;
	__builtin_memcpy(reply->saddr, s->addr, 16);
	reply->sport = conn->server_port;
	if (conn->method == XLVS_FULLNAT) {
		__builtin_memcpy(reply->daddr, conn->local_addr, 16);
		reply->dport = conn->local_port;
	} else {
		__builtin_memcpy(reply->daddr, client->saddr, 16);
		reply->dport = client->sport;
	}
}

static __always_inline bool two_way(__u8 method)
{
	return method == XLVS_NAT || method == XLVS_FULLNAT;
}

/* UDP of DR and TUN: nothing but its client's word stands for it. */
static __always_inline bool is_one_way(const struct xlvs_tuple *client, __u8 conn_flags)
{
	return client->protocol == IPPROTO_UDP && conn_flags & XLVS_CONN_INPUT_ONLY;
}

/* Counts one in `connections` more, or less. */
static __always_inline void one_way_count(int by)
{
	__s32 *count = entry(&one_way, 0);

	if (count)
		__sync_fetch_and_add(count, by);
}

/*
 * Removes a connection with all that hangs on it. Several CPUs and the sweep
 * may try at once; the one whose delete finds the entry does the rest.
 */
static __noinline int conn_delete(const struct xlvs_tuple *client, const struct xlvs_conn *conn,
				  bool half)
{
	const struct xlvs_server *s = entry(&servers, conn->server);
	__u32 server = conn->server, service = conn->service;
	struct template_id held = template_held(conn);
	__u8 flags = conn->flags;
	bool same = s && s->generation == conn->generation;
	bool paired = same && two_way(conn->method);
	struct xlvs_tuple key;

	if (paired)
		reply_tuple(client, conn, s, &key);
	if (half ? bpf_map_delete_elem(&half_open, client)
		 : bpf_map_delete_elem(&connections, client))
		return -1;
	if (paired && half)
		bpf_map_delete_elem(&half_replies, &key);
	else if (paired)
		bpf_map_delete_elem(&replies, &key);
	if (same)
		load_count(server, flags, -1);
	if (!half && is_one_way(client, flags))
		one_way_count(-1);
	if (flags & XLVS_CONN_TEMPLATE_HELD)
		template_release(client, service, held, &key);
	epoch_bump(epoch_bucket(client));
	return 0;
}

#endif
