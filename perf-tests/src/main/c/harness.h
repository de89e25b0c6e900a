/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What both harnesses share: how flows are numbered, and the program under test. */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* Ethernet, IPv6 and TCP with 20 bytes of options fit; every frame is at least as long. */
#define HEADER_WORDS 12
#define HEADER_BYTES (8 * HEADER_WORDS)

/* Ports of flows: FIRST_PORT to FIRST_PORT + PORTS - 1. Mirrored by io.xlvs.perf.Flows. */
#define FIRST_PORT 16384
#define PORT_BITS 14

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 4);
} target SEC(".maps");

/*
 * Which flow comes next: a linear congruential generator modulo a power of two,
 * which meets each flow once a period, in an order that no prefetcher follows.
 */
static __always_inline __u32 next_flow(__u32 flow, __u32 mask)
{
	return (flow * 1664525 + 1013904223) & mask;
}

static __always_inline __be32 flow_address(__u32 first, __u32 flow)
{
	return bpf_htonl(first + (flow >> PORT_BITS));
}

static __always_inline __be16 flow_port(__u32 flow)
{
	return bpf_htons(FIRST_PORT + (flow & ((1 << PORT_BITS) - 1)));
}

/* Where the bytes of a field lie, if within the frame. */
static __always_inline void *field_at(const struct xdp_md *ctx, __u32 offset, __u32 bytes)
{
	void *data = (void *)(long)ctx->data;

	offset &= 127;
	if (offset > HEADER_BYTES || data + offset + bytes > (void *)(long)ctx->data_end)
		return NULL;
	return data + offset;
}

#endif
