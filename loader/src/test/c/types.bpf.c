// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Types for the BTF reader. Every one is used by a variable: clang drops the others. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

enum colour { RED, GREEN = 5, BLUE = -1 };
enum wide { LARGE = 0x100000000ULL };

typedef __u32 address_t;

struct inner {
	__u8 kind;
	__u64 stamp;
};

struct outer {
	__u32 id;
	address_t hops[3];
	union {
		__u32 v4;
		__u8 v6[16];
	};
	struct inner nested;
	enum colour colour;
	__u8 low : 3;
	__u8 high : 5;
	void *pointer;
};

struct outer outer;
enum colour colour;
enum wide wide;
static volatile __u32 hidden = 9;

SEC("xdp")
int use(struct xdp_md *ctx)
{
	return hidden;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
