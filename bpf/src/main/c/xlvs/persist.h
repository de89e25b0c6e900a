/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Persistence, ipvsadm(8), -p: a template binds a client, masked, to a server. That
 * of a client whose connections are all half open lives in half_templates, which may
 * churn under a flood; the first one that is promoted makes it a place in templates,
 * which nothing evicts, and keeps it alive while open.
 */
#ifndef XLVS_PERSIST_H
#define XLVS_PERSIST_H

#include "template.h"

/*
 * The key of the template that a new connection belongs to. Of persistence engine sip the client
 * and the Call-ID are its source together; the room gets what they were.
 */
static __always_inline void new_template_key(const struct xlvs_tuple *client,
					     const struct xlvs_service *s, struct xlvs_tuple *key)
{
	struct scratch *room;
	__u32 zero = 0;
	__u64 hash;

	template_key(client, s, template_of(client, s), key);
	if (!(s->flags & XLVS_SERVICE_SIP))
		return;
	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!room)
		return;
	__builtin_memcpy(room->call.client, key->saddr, 16);
	hash = xlvs_hash(two_words(key->saddr), two_words(key->saddr + 2), room->call_hash,
			 settings.hash_seed);
	key->saddr[0] = hash;
	key->saddr[1] = hash >> 32;
	key->saddr[2] = 0;
	key->saddr[3] = 0;
	key->sport = bpf_htons(XLVS_CALL_TEMPLATE);
}

/* For listings. */
static __always_inline void keep_call_id(const struct xlvs_tuple *key)
{
	struct scratch *room;
	__u32 zero = 0;

	room = bpf_map_lookup_elem(&scratch, &zero);
	if (room)
		bpf_map_update_elem(&call_ids, key, &room->call, BPF_ANY);
}

/* The server that a persistent client is bound to, or XLVS_RING_EMPTY. */
static __noinline __u32 template_server(const struct xlvs_tuple *client,
					const struct xlvs_service *s)
{
	struct xlvs_template *template;
	const struct xlvs_server *server;
	struct xlvs_tuple key;

	new_template_key(client, s, &key);
	template = bpf_map_lookup_elem(&templates, &key);
	if (!template)
		template = bpf_map_lookup_elem(&half_templates, &key);
	if (!template ||
	    (!template->connections && idle_for(READ_ONCE(template->last_seen), template->timeout)))
		return XLVS_RING_EMPTY;
	server = entry(&servers, template->server);
	if (!server || server->generation != template->generation ||
	    !(server->flags & XLVS_SERVER_AVAILABLE) ||
	    (!server->weight && sysctl_is_set(XLVS_SYSCTL_EXPIRE_QUIESCENT)))
		return XLVS_RING_EMPTY;
	WRITE_ONCE(template->last_seen, bpf_jiffies64());
	return template->server;
}

static __always_inline void template_init(struct xlvs_template *template,
					  const struct xlvs_service *s,
					  const struct xlvs_conn *conn)
{
	template->last_seen = bpf_jiffies64();
	template->server = conn->server;
	template->generation = conn->generation;
	template->service = conn->service;
	template->timeout = s->persistence_seconds *settings.jiffies_per_second;
}

/*
 * Binds the client to the server that was scheduled for it. One in templates, whose
 * server is gone, is bound anew where it lies: connections may hold it.
 */
static __noinline int template_make(const struct xlvs_tuple *client, const struct xlvs_service *s,
				    struct xlvs_conn *conn)
{
	struct xlvs_load *load = entry(&server_load, conn->server);
	struct xlvs_template made = {}, *known;
	struct xlvs_tuple key;

	new_template_key(client, s, &key);
	known = bpf_map_lookup_elem(&templates, &key);
	template_init(known ?: &made, s, conn);
	if (!known && bpf_map_update_elem(&half_templates, &key, &made, BPF_ANY))
		return -1;
	if (s->flags & XLVS_SERVICE_SIP)
		keep_call_id(&key);
	if (load)
		__sync_fetch_and_add(&load->persistent, 1);
	return 0;
}

/*
 * A connection that is promoted holds its client's template, and remembers which: the
 * service may be edited while it is open. The template keeps its time-out, were it the minute that
 * it got when it ran out before (ip_vs_conn_expire()). Where templates is full, the client stays
 * bound by half_templates, as long as no flood churns that.
 * A template of persistence engine sip is a call's, which does not end with a connection: none
 * holds it.
 */
static __noinline void template_hold(const struct xlvs_tuple *client, struct xlvs_conn *conn)
{
	const struct xlvs_service *s = entry(&services, conn->service);
	struct xlvs_template made = {}, *template;
	struct template_id id;
	struct xlvs_tuple key;

	if (!s || conn->flags & XLVS_CONN_CONTROLLED ||
	    (s->flags & (XLVS_SERVICE_PERSISTENT | XLVS_SERVICE_SIP)) != XLVS_SERVICE_PERSISTENT)
		return;
	id = template_of(client, s);
	conn->template_mask = id.mask;
	conn->template_port = id.port;
	conn->template_protocol = id.protocol;
	template_key(client, s, id, &key);
	template_init(&made, s, conn);
	bpf_map_update_elem(&templates, &key, &made, BPF_NOEXIST);
	template = bpf_map_lookup_elem(&templates, &key);
	if (!template)
		return;
	bpf_map_delete_elem(&half_templates, &key);
	__sync_fetch_and_add(&template->connections, 1);
	WRITE_ONCE(template->last_seen, made.last_seen);
	conn->flags |= XLVS_CONN_TEMPLATE_HELD;
}

#endif
