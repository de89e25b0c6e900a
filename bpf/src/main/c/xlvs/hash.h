/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Hashes of addresses and ports: a few multiplications each, because a hash is
 * paid for by every packet. The Java side builds service_table with the same
 * xlvs_hash(): io.xlvs.bpf.EndpointHash, compared by a test.
 */
#ifndef XLVS_HASH_H
#define XLVS_HASH_H

#include <linux/types.h>

#define HASH_K1 0x9e3779b97f4a7c15ULL
#define HASH_K2 0xc2b2ae3d27d4eb4fULL
#define HASH_K3 0x165667b19e3779f9ULL

/* All 64 bits are usable: the low half picks one bucket, the high half another. */
static __always_inline __u64 xlvs_hash(__u64 a, __u64 b, __u64 c, __u32 seed)
{
	__u64 h = a * HASH_K1 + b * HASH_K2 + (c + seed) * HASH_K3;

	h ^= h >> 32;
	h *= HASH_K1;
	return h ^ (h >> 29);
}

static __always_inline __u64 two_words(const __be32 *word)
{
	return word[0] | (__u64)word[1] << 32;
}

/* Bit of an address in the filters of struct xlvs_control. The Java twin:
 * io.xlvs.bpf.AddressFilter. */
static __always_inline __u32 address_bit(__u64 low, __u64 high)
{
	return (low * HASH_K1 + high * HASH_K2) >> 48;
}

static __always_inline int same_address(const __be32 *a, const __be32 *b)
{
	return two_words(a) == two_words(b) && two_words(a + 2) == two_words(b + 2);
}

static __always_inline __u64 rol64(__u64 x, int by)
{
	return x << by | x >> (64 - by);
}

#endif
