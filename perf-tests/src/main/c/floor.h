/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the floor programs share. They show what a balancer costs when it does
 * nothing but the necessary: no options, no fragments, no states, no MTU, no
 * expiry.
 */
#ifndef FLOOR_H
#define FLOOR_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum method { DR, TUN, NAT_IN, NAT_OUT, FULLNAT_IN, FULLNAT_OUT };

struct server {
	__u8 macs[2 * ETH_ALEN]; /* destination, source */
	__u32 port;              /* of floor_leave.h */
	__be32 tunnel_source[4];
	__be32 tunnel_destination[4];
};

struct count {
	__u64 packets;
	__u64 bytes;
};

#define TABLE(name, map_type, capacity, key_type, value_type) \
	struct {                                              \
		__uint(type, map_type);                       \
		__uint(max_entries, capacity);                \
		__type(key, key_type);                        \
		__type(value, value_type);                    \
	} name SEC(".maps")

/* --- checksums by difference --- */

static __always_inline __u64 word_diff(__be32 from, __be32 to)
{
	return (__u64)(__u32)~from + to;
}

static __always_inline __u64 address6_diff(const __be32 *from, const __be32 *to)
{
	return word_diff(from[0], to[0]) + word_diff(from[1], to[1]) + word_diff(from[2], to[2]) +
	       word_diff(from[3], to[3]);
}

static __always_inline void csum_change(__sum16 *csum, __u64 diff)
{
	__u64 sum = (__u16)~*csum + diff;

	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	*csum = ~sum;
}

static __always_inline void l4_csum_change(void *l4, __u8 protocol, __u64 diff)
{
	if (protocol == IPPROTO_TCP) {
		csum_change(&((struct tcphdr *)l4)->check, diff);
	} else if (((struct udphdr *)l4)->check) {
		csum_change(&((struct udphdr *)l4)->check, diff);
		if (!((struct udphdr *)l4)->check)
			((struct udphdr *)l4)->check = 0xffff;
	}
}

/* Both ports as one word, in network order. */
static __always_inline __be32 *ports_of(void *l4)
{
	return l4;
}

/* A packet that may open a connection: SYN, or any datagram. */
static __always_inline bool is_first(const void *l4, __u8 protocol)
{
	return protocol == IPPROTO_UDP || ((const __u8 *)l4)[13] & 2;
}

#endif
