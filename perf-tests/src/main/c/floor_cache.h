/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What floors have that track connections: services in an inlined table, and the
 * finished decision in one line of this CPU's slice of a set-associative cache.
 * Full-width keys, 32-bit indices and an epoch, as a product needs them.
 */
#ifndef FLOOR_CACHE_H
#define FLOOR_CACHE_H

#include "floor_rewrite.h"

/* An endpoint of a service: of requests VIP and port, of replies the server's address and port. */
struct endpoint {
	__be32 addr;
	__be16 port;
	__u8 protocol;
	__u8 method; /* 1 + enum method; 0: the place is free */
	__be32 to;   /* NAT: what that address becomes */
	__be16 to_port;
	__u16 server;
};

#define ENDPOINT_BITS 11
#define PROBES 4

/* A decision. 32 bytes, two a line. */
struct way {
	__be32 saddr;
	__be32 daddr;
	__be32 ports;
	__u8 protocol;
	__u8 method; /* as struct endpoint */
	__be16 port;
	__be32 addr;
	__u32 server;
	__u16 bucket; /* of epochs */
	__u16 epoch;
	__u32 diff; /* of the transport checksum; that of IPv4 follows from addr */
};

struct line {
	struct way way[2];
};

#define ARRAY(name, capacity, value_type) \
	struct {                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);  \
		__uint(max_entries, capacity);     \
		__uint(map_flags, BPF_F_MMAPABLE); \
		__type(key, __u32);                \
		__type(value, value_type);         \
	} name SEC(".maps")

ARRAY(endpoints, 1 << ENDPOINT_BITS, struct endpoint);
ARRAY(lines, 1 << 16, struct line);
ARRAY(epochs, 1 << 16, __u32);
ARRAY(slots, 1024, struct server);
ARRAY(tallies, 2 * 1024, struct count); /* a slice per CPU */

const volatile __u32 line_mask = (1 << 16) - 1;

static __always_inline void *at(void *map, __u32 index)
{
	return bpf_map_lookup_elem(map, &index);
}

static __always_inline __u64 mix(__u64 a, __u64 b)
{
	__u64 h = a * 0x9e3779b97f4a7c15ULL + b * 0xc2b2ae3d27d4eb4fULL;

	h ^= h >> 32;
	return h * 0x9e3779b97f4a7c15ULL;
}

static __always_inline const struct endpoint *find_endpoint(__be32 addr, __be16 port, __u8 protocol)
{
	__u32 place = mix(addr, port | (__u32)protocol << 16) >> (64 - ENDPOINT_BITS);

#pragma unroll
	for (int i = 0; i < PROBES; i++) {
		const struct endpoint *e = at(&endpoints, (place + i) & ((1 << ENDPOINT_BITS) - 1));

		if (!e || !e->method)
			return NULL;
		if (e->addr == addr && e->port == port && e->protocol == protocol)
			return e;
	}
	return NULL;
}

static __always_inline bool is_way(const struct way *w, const struct packet4 *p)
{
	return w->saddr == p->ip.saddr && w->daddr == p->ip.daddr && w->ports == *ports_of((void *)&p->l4) &&
	       w->protocol == p->ip.protocol && w->method;
}

static __always_inline bool is_current(const struct way *w)
{
	const __u32 *epoch = at(&epochs, w->bucket);

	return epoch && w->epoch == (__u16)*epoch;
}

/* Makes the entry of a connection to the service's only server. */
static __always_inline void make(struct way *w, const struct packet4 *p, const struct endpoint *e, __u32 server,
				 __u16 bucket)
{
	const __u32 *epoch = at(&epochs, bucket);

	w->saddr = p->ip.saddr;
	w->daddr = p->ip.daddr;
	w->ports = *ports_of((void *)&p->l4);
	w->protocol = p->ip.protocol;
	w->method = e->method;
	w->addr = e->to;
	w->port = e->to_port;
	w->server = server;
	w->bucket = bucket;
	w->epoch = epoch ? *epoch : 0;
	if (e->method == 1 + NAT_IN || e->method == 1 + NAT_OUT) {
		__u64 sum = word_diff(e->addr, e->to) + (__u16)~e->port + e->to_port;

		sum = (sum & 0xffffffff) + (sum >> 32);
		w->diff = (sum & 0xffffffff) + (sum >> 32);
	}
}

static __always_inline void rewrite(struct packet4 *p, const struct way *w)
{
	__be16 *port = (__be16 *)&p->l4;
	__u64 diff = 0;

	if (w->method == 1 + NAT_IN) {
		diff = word_diff(p->ip.daddr, w->addr);
		p->ip.daddr = w->addr;
		port[1] = w->port;
		l4_csum_change(&p->l4, p->ip.protocol, w->diff);
	} else if (w->method == 1 + NAT_OUT) {
		diff = word_diff(p->ip.saddr, w->addr);
		p->ip.saddr = w->addr;
		port[0] = w->port;
		l4_csum_change(&p->l4, p->ip.protocol, w->diff);
	}
	age4(&p->ip, diff);
}

static __always_inline const struct server *tally(__u32 server, __u32 bytes)
{
	struct count *c = at(&tallies, bpf_get_smp_processor_id() * 1024 + server);

	if (c) {
		c->packets++;
		c->bytes += bytes;
	}
	return at(&slots, server);
}

static __always_inline __u64 way_hash(const struct packet4 *p)
{
	return mix(p->ip.saddr | (__u64)p->ip.daddr << 32,
		   *ports_of((void *)&p->l4) | (__u64)p->ip.protocol << 32);
}

static __always_inline struct line *line_of(__u64 hash)
{
	return at(&lines, bpf_get_smp_processor_id() * (line_mask + 1) + ((__u32)(hash >> 32) & line_mask));
}

static __always_inline struct way *find_way(struct line *line, const struct packet4 *p)
{
	if (is_way(&line->way[0], p) && is_current(&line->way[0]))
		return &line->way[0];
	if (is_way(&line->way[1], p) && is_current(&line->way[1]))
		return &line->way[1];
	return NULL;
}

/* The decision, written to the line. */
static __always_inline struct way *keep_way(struct line *line, const struct packet4 *p, const struct endpoint *e,
					    __u64 hash)
{
	struct way *w = line->way[0].method && is_current(&line->way[0]) ? &line->way[1] : &line->way[0];

	make(w, p, e, e->server, hash >> 16);
	return w;
}

#endif
