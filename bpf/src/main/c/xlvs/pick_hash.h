/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* sh, mh, dh: the entry that an address hashes to. */
#ifndef XLVS_PICK_HASH_H
#define XLVS_PICK_HASH_H

#include "pick.h"

#define FALLBACK_TRIES 4096

/* ip_vs's hash input: an address folded into 32 bits, host order. */
static __always_inline __u32 fold(const __be32 *address)
{
	return bpf_ntohl(address[0] ^ address[1] ^ address[2] ^ address[3]);
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

/* IP_VS_SH_TAB_SIZE, IP_VS_MH_TAB_SIZE as IPVS has them by default, and the size of mh-minimal
 * (io.xlvs.controller.schedule). */
#define SH_PLACES 256
#define MH_PLACES 4093
#define MH_MINIMAL_PLACES 65537

/* A remainder by multiplication with a rounded reciprocal, exact for 32 bits: a division takes
 * longer than all the rest of the look-up. */
static __always_inline __u32 remainder(__u32 hash, __u32 places)
{
	switch (places) {
	case SH_PLACES:
		return hash % SH_PLACES;
	case MH_PLACES:
		return hash - (__u32)(hash * ((1ULL << 43) / MH_PLACES + 1) >> 43) * MH_PLACES;
	case MH_MINIMAL_PLACES:
		return hash - (__u32)(hash * ((1ULL << 48) / MH_MINIMAL_PLACES + 1) >> 48) *
				      MH_MINIMAL_PLACES;
	default:
		return hash % places;
	}
}

/* What a service hashes of a client: ip_vs_sh_hashkey(), ip_vs_mh_hashkey(). */
static __always_inline __u32 hash_input(const struct xlvs_service *s, const struct xlvs_tuple *t)
{
	__u32 input = t->family == XLVS_IPV4 ? bpf_ntohl(t->saddr[0]) : fold(t->saddr);

	return s->flags & XLVS_SERVICE_HASH_PORT ? input + bpf_ntohs(t->sport) : input;
}

/* The place in a table of so many; `add` is not 0 where the one it names will not do. */
static __always_inline __u32 hashed_place(__u32 pick, __u32 input, __u32 add, __u32 places)
{
	if (pick == XLVS_PICK_MH)
		return remainder(mh_hash(add + input), places);
	return remainder(add + ((input * 0x61C88647U) >> 24), places); /* hash_32(), 8 bits */
}

static __always_inline __u32 hashed_entry(const struct choice *c, __u32 add)
{
	return hashed_place(c->pick, c->hashed, add, c->length);
}

/* ip_vs_sh_get_fallback(), ip_vs_mh_get_fallback(). */
static long fallback_step(__u32 i, struct choice *c)
{
	struct candidate found;
	__u32 server;

	if (i >= c->length)
		return 1;
	server = ring_entry(c, hashed_entry(c, (i + c->start) % c->length));
	if (server == XLVS_RING_EMPTY)
		return 1;
	if (!usable(c, server, &found))
		return 0;
	c->server = server;
	return 1;
}

static __always_inline void pick_hashed(struct choice *c, bool fallback)
{
	struct candidate found;
	__u32 server;

	c->start = hashed_entry(c, 0);
	server = ring_entry(c, c->start);
	if (usable(c, server, &found))
		c->server = server;
	else if (fallback)
		bpf_loop(FALLBACK_TRIES, fallback_step, c, 0);
}

#endif
