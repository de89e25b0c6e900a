/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The key of a persistence template: the client, masked, and the VIP. A connection
 * that holds one keeps the rest of the key (mask, port) itself, since its service may
 * be edited while it is open.
 */
#ifndef XLVS_TEMPLATE_H
#define XLVS_TEMPLATE_H

#include "state.h"

/* What the key of a template has beside the client's address and the service's. */
struct template_id {
	__u32 mask; /* of the client. IPv4: netmask; IPv6: prefix length */
	__be16 port;
	__u8 protocol; /* 0: of a firewall mark, whose templates stand for all protocols and ports
			*/
};

/* As xlvs_conn has it. */
static __always_inline struct template_id template_held(const struct xlvs_conn *conn)
{
	return (struct template_id){
		.mask = conn->template_mask,
		.port = conn->template_port,
		.protocol = conn->template_protocol,
	};
}

/* As a client's new connection to the service has it. */
static __always_inline struct template_id template_of(const struct xlvs_tuple *client,
						      const struct xlvs_service *s)
{
	struct template_id id = { .mask = s->persistence_mask[0] };

	if (s->family == XLVS_IPV6) {
		id.mask = 0;
		for (int i = 0; i < 4; i++)
			id.mask += __builtin_popcount(s->persistence_mask[i]);
	}
	if (!(s->flags & XLVS_SERVICE_MARK)) {
		id.protocol = client->protocol;
		/* FTP's stands for its data connections as well: ip_vs_sched_persist() */
		id.port = s->flags & (XLVS_SERVICE_ANY_PORT | XLVS_SERVICE_FTP) ? 0 : client->dport;
	}
	return id;
}

/* The first 32 bits of `prefix`, as a mask. */
static __always_inline __be32 word_mask(int prefix)
{
	if (prefix <= 0)
		return 0;
	return prefix >= 32 ? ~0U : bpf_htonl(~0U << (32 - prefix));
}

static __always_inline void template_key(const struct xlvs_tuple *client,
					 const struct xlvs_service *s, struct template_id id,
					 struct xlvs_tuple *key)
{
	bool v4 = client->family == XLVS_IPV4;

	__builtin_memset(key, 0, sizeof(*key));
	for (int i = 0; i < 4; i++)
		key->saddr[i] =
			client->saddr[i] & (v4 ? id.mask : word_mask((int)id.mask - 32 * i));
	__builtin_memcpy(key->daddr, id.protocol ? client->daddr : s->vip, 16);
	key->dport = id.port;
	key->protocol = id.protocol;
	key->family = client->family;
}

static __always_inline void template_release(const struct xlvs_tuple *client, __u32 service,
					     struct template_id id, struct xlvs_tuple *key)
{
	const struct xlvs_service *s = entry(&services, service);
	struct xlvs_template *template;

	if (!s)
		return;
	template_key(client, s, id, key);
	template = bpf_map_lookup_elem(&templates, key);
	if (template && template->connections)
		__sync_fetch_and_add(&template->connections, -1);
}

#endif
