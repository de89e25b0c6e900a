/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The kernel's and libbpf's headers that every step needs, and nothing else. */
#ifndef XLVS_BPF_H
#define XLVS_BPF_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>
#include <linux/icmpv6.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "xlvs_abi.h"
#include "xlvs_control.h"
#include "xlvs_ring.h"

/* RFC 792; linux/icmp.h drags the C library in. */
#define ICMP_ECHOREPLY 0
#define ICMP_DEST_UNREACH 3
#define ICMP_ECHO 8
#define ICMP_TIME_EXCEEDED 11
#define ICMP_PARAMETERPROB 12
#define ICMP_HOST_UNREACH 1
#define ICMP_PORT_UNREACH 3
#define ICMP_FRAG_NEEDED 4

struct icmp_header {
	__u8 type;
	__u8 code;
	__sum16 checksum;
	__u32 rest;
};

#define AF_INET 2
#define AF_INET6 10

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile typeof(x) *)&(x) = (v))

/*
 * A packet pointer of the context. The context's fields look 32 bits wide to the
 * compiler, which may then truncate what to the verifier is a pointer.
 */
#define packet_pointer(ctx, offset)                                                            \
	({                                                                                     \
		void *p_;                                                                      \
		__asm__ volatile("%0 = *(u32 *)(%1 + %2)" : "=r"(p_) : "r"(ctx), "i"(offset)); \
		p_;                                                                            \
	})

/*
 * Words in one load each, whatever their alignment: the compiler would join them from smaller ones.
 * Not of the stack, where the verifier insists.
 */
static __always_inline __u64 load64(const void *from)
{
	return *(const __u64 *)from;
}

static __always_inline __u16 load16(const void *from)
{
	return *(const __u16 *)from;
}

static __always_inline __u32 load32(const void *from)
{
	return *(const __u32 *)from;
}

/* Hides a value's origin from the compiler, so that a bound checked once stays checked. */
#define opaque(x) __asm__ volatile("" : "+r"(x))

#endif
