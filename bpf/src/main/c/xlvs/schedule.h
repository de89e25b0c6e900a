/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which server a new connection goes to. The controller computes the ring, this
 * picks from it; only the least-connection family looks at live counts.
 */
#ifndef XLVS_SCHEDULE_H
#define XLVS_SCHEDULE_H

#include "hash.h"
#include "state.h"

#define SH_BUCKETS 256
#define NEXT_TRIES 1024
#define FALLBACK_TRIES 4096
#define SCAN_SERVERS 65536

static __always_inline __u32 ring_entry(__u32 offset, __u32 index)
{
	const struct xlvs_ring_line *line = entry(&rings, (offset + index) >> 4);

	return line ? line->server[(offset + index) & 15] : XLVS_RING_EMPTY;
}

/* Takes new connections: in its service, weight not 0, below its threshold. */
static __always_inline bool server_is_usable(__u32 server)
{
	const struct xlvs_server *s = entry(&servers, server);
	const struct xlvs_load *load = entry(&server_load, server);

	return s && load && s->flags & XLVS_SERVER_AVAILABLE && s->weight && !load->overloaded;
}

/* One of ip_vs's hash inputs: the client's address folded into 32 bits, host order. */
static __always_inline __u32 fold_client(const struct xlvs_tuple *t)
{
	return bpf_ntohl(t->saddr[0] ^ t->saddr[1] ^ t->saddr[2] ^ t->saddr[3]);
}

#define SIPROUND(v)                                  \
	({                                           \
		(v)[0] += (v)[1];                    \
		(v)[1] = rol64((v)[1], 13) ^ (v)[0]; \
		(v)[0] = rol64((v)[0], 32);          \
		(v)[2] += (v)[3];                    \
		(v)[3] = rol64((v)[3], 16) ^ (v)[2]; \
		(v)[0] += (v)[3];                    \
		(v)[3] = rol64((v)[3], 21) ^ (v)[0]; \
		(v)[2] += (v)[1];                    \
		(v)[1] = rol64((v)[1], 17) ^ (v)[2]; \
		(v)[2] = rol64((v)[2], 32);          \
	})

/* SipHash-1-3 of one word under the key that ip_vs_mh.c fixes (hash1). */
static __always_inline __u32 mh_hash(__u32 x)
{
	const __u64 key = 2654435761U;
	__u64 v[4] = {
		0x736f6d6570736575ULL ^ key,
		0x646f72616e646f6dULL ^ key,
		0x6c7967656e657261ULL ^ key,
		0x7465646279746573ULL ^ key,
	};
	__u64 b = 4ULL << 56 | x;

	v[3] ^= b;
	SIPROUND(v);
	v[0] ^= b;
	v[2] ^= 0xff;
	SIPROUND(v);
	SIPROUND(v);
	SIPROUND(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

struct choice {
	__u32 offset; /* of the ring */
	__u32 length;
	__u32 start;  /* counter, or the first hash's entry */
	__u32 client; /* folded address plus port */
	__u32 pick;   /* enum xlvs_pick */
	__u32 server; /* out: XLVS_RING_EMPTY if none */
	__u64 load;   /* out: of the least loaded so far */
	__u32 weight;
	__u32 pad;
};

static __always_inline __u32 hashed_entry(const struct choice *c, __u32 add)
{
	if (c->pick == XLVS_PICK_SH)
		return (add + ((c->client * 0x61C88647U) >> 24)) & (SH_BUCKETS - 1);
	return mh_hash(add + c->client) % c->length;
}

/* rr, wrr: from the counter on, the first usable one. */
static long next_step(__u32 i, struct choice *c)
{
	__u32 server = ring_entry(c->offset, (c->start + i) % c->length);

	if (i >= c->length)
		return 1;
	if (!server_is_usable(server))
		return 0;
	c->server = server;
	return 1;
}

/* sh, mh with fallback: ip_vs_sh_get_fallback(), ip_vs_mh_get_fallback(). */
static long fallback_step(__u32 i, struct choice *c)
{
	__u32 server;

	if (i >= c->length)
		return 1;
	server = ring_entry(c->offset, hashed_entry(c, (i + c->start) % c->length));
	if (server == XLVS_RING_EMPTY)
		return 1;
	if (!server_is_usable(server))
		return 0;
	c->server = server;
	return 1;
}

/* lc, wlc: least overhead (active * 256 + inactive), by weight; the first of equals. */
static long least_step(__u32 i, struct choice *c)
{
	const struct xlvs_server *s;
	const struct xlvs_load *load;
	__u32 server, weight;
	__u64 overhead;

	if (i >= c->length)
		return 1;
	server = ring_entry(c->offset, i);
	s = entry(&servers, server);
	load = entry(&server_load, server);
	if (!s || !load || !server_is_usable(server))
		return 0;
	weight = c->pick == XLVS_PICK_LC ? 1 : s->weight;
	overhead = ((__u64)load_read(&load->active) << 8) + load_read(&load->inactive);
	if (c->server == XLVS_RING_EMPTY || c->load * weight > overhead * c->weight) {
		c->server = server;
		c->load = overhead;
		c->weight = weight;
	}
	return 0;
}

static __always_inline void pick_by_hash(struct choice *c, const struct xlvs_service *s)
{
	__u32 server;

	c->start = hashed_entry(c, 0);
	server = ring_entry(c->offset, c->start);
	if (server != XLVS_RING_EMPTY && server_is_usable(server))
		c->server = server;
	else if (server != XLVS_RING_EMPTY && s->flags & XLVS_SERVICE_FALLBACK)
		bpf_loop(FALLBACK_TRIES, fallback_step, c, 0);
}

/* The server for a new connection, or XLVS_RING_EMPTY. */
__noinline __u32 HOOKED(schedule)(struct pkt *p, __u32 service)
{
	const struct xlvs_service *s = entry(&services, service);
	struct xlvs_service_state *state = entry(&service_state, service);
	struct choice c = { .server = XLVS_RING_EMPTY };
	__u64 region;

	if (!p || !s || !state)
		return XLVS_RING_EMPTY;
	region = READ_ONCE(*(const __u64 *)&s->ring);
	c.offset = region;
	c.length = region >> 32;
	c.pick = s->pick;
	if (!c.length)
		return XLVS_RING_EMPTY;
	c.client = fold_client(&p->tuple);
	if (s->flags & XLVS_SERVICE_HASH_PORT)
		c.client += bpf_ntohs(p->tuple.sport);
	switch (c.pick) {
	case XLVS_PICK_NEXT:
		c.start = __sync_fetch_and_add(&state->counter, 1) % c.length;
		c.server = ring_entry(c.offset, c.start);
		if (!server_is_usable(c.server)) {
			c.server = XLVS_RING_EMPTY;
			bpf_loop(NEXT_TRIES, next_step, &c, 0);
		}
		break;
	case XLVS_PICK_SH:
	case XLVS_PICK_MH:
		pick_by_hash(&c, s);
		break;
	default:
		bpf_loop(SCAN_SERVERS, least_step, &c, 0);
	}
	return c.server;
}

#endif
