/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Maps that both objects have; user space writes the first one before it attaches a program. */
#ifndef XLVS_REALSERVER_MAPS_H
#define XLVS_REALSERVER_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "realserver.h"

/* Who may tunnel to this server, or tell it a client's address. Value: unused, always 1. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1024);
	__type(key, struct realserver_prefix);
	__type(value, __u32);
} directors SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, REALSERVER_COUNTS);
	__type(key, enum realserver_count);
	__type(value, __u64);
} counts SEC(".maps");

static __always_inline void count(enum realserver_count which)
{
	__u32 index = which;
	__u64 *counter = bpf_map_lookup_elem(&counts, &index);

	if (counter)
		*counter += 1;
}

static __always_inline void map_ipv4(struct realserver_address *to, __be32 address)
{
	to->word[0] = 0;
	to->word[1] = 0;
	to->word[2] = bpf_htonl(0xffff);
	to->word[3] = address;
}

static __always_inline int is_mapped_ipv4(const struct realserver_address *address)
{
	return !address->word[0] && !address->word[1] && address->word[2] == bpf_htonl(0xffff);
}

/* Keeps the compiler from combining results of look-ups as pointers, which the verifier forbids. */
static __always_inline int is_found(const void *value)
{
	int found = value != 0;

	asm volatile("" : "+r"(found));
	return found;
}

static __always_inline int is_director(const struct realserver_address *address)
{
	struct realserver_prefix key = { .length = 128, .address = *address };

	return is_found(bpf_map_lookup_elem(&directors, &key));
}

#endif
