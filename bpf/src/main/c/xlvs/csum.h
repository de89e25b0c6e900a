/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Internet checksums by difference (RFC 1624). A running sum is 64 bits wide
 * and unfolded; words are taken as they lie in memory, which RFC 1071 allows.
 */
#ifndef XLVS_CSUM_H
#define XLVS_CSUM_H

#include "bpf.h"

/* Folds a sum into 32 bits. */
static __always_inline __u32 csum_fold32(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	return (sum & 0xffffffff) + (sum >> 32);
}

/* Folds a sum into 16 bits, not complemented. */
static __always_inline __u16 csum_fold16(__u64 sum)
{
	__u32 half = csum_fold32(sum);

	half = (half & 0xffff) + (half >> 16);
	return (half & 0xffff) + (half >> 16);
}

/* A checksum field after the bytes it covers have changed by `sum`. */
static __always_inline __sum16 csum_apply(__sum16 csum, __u64 sum)
{
	return ~csum_fold16((__u16)~csum + sum);
}

/* The same of a transport protocol; a UDP checksum that comes out as 0 is sent as 0xffff: RFC 768. */
static __always_inline __sum16 csum_changed(__sum16 csum, __u64 sum, bool udp)
{
	csum = csum_apply(csum, sum);
	return udp && !csum ? 0xffff : csum;
}

/* Whether a change of the sum changes checksums: 0 and 0xffff are the same number. */
static __always_inline bool csum_differs(__u64 sum)
{
	return (__u16)(csum_fold16(sum) + 1) > 1;
}

/* What replacing a 32-bit or a 16-bit word adds to the sum. */
static __always_inline __u64 csum_diff32(__be32 from, __be32 to)
{
	return (__u64)(__u32)~from + to;
}

static __always_inline __u64 csum_diff16(__be16 from, __be16 to)
{
	return (__u64)(__u16)~from + to;
}

/*
 * What one less in an IPv4 header's TTL, the upper byte of its word, adds: the
 * same whatever the TTL is.
 */
#define CSUM_TTL_LESS (0xffff - bpf_htons(0x0100))

/* The checksum of an IPv4 header of which nothing but the TTL changes, in a few steps: RFC 1141. */
static __always_inline __sum16 csum_ttl_less(__sum16 csum)
{
	__u32 sum = (__u32)csum + bpf_htons(0x0100);

	return sum + (sum >= 0xffff);
}

/* The same for an address: one word or four. */
static __always_inline __u64 csum_diff_address(const __be32 *from, const __be32 *to, __u8 family)
{
	__u64 sum = csum_diff32(from[0], to[0]);

	if (family == XLVS_IPV6)
		sum += csum_diff32(from[1], to[1]) + csum_diff32(from[2], to[2]) +
		       csum_diff32(from[3], to[3]);
	return sum;
}

/* Sum of a header that is a multiple of four bytes long and lies on the stack or in a packet. */
static __always_inline __u64 csum_words(const void *data, int bytes)
{
	const __u32 *word = data;
	__u64 sum = 0;

#pragma unroll
	for (int i = 0; i < bytes / 4; i++)
		sum += word[i];
	return sum;
}

#endif
