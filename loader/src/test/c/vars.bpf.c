// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Global variables of every section, changed before loading and while running. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct request {
	__u32 left;
	__u32 right;
	__u64 sum; /* out */
};

const volatile __u32 factor = 3;
const volatile __u16 small = 7;
const volatile _Bool enabled;
volatile __u64 calls;
volatile __u32 offset = 100;
volatile __u8 table[16];
volatile __u64 kept SEC(".data.kept") = 5;

SEC("syscall")
int add(struct request *request)
{
	__sync_fetch_and_add(&calls, 1);
	kept += 1;
	request->sum = (__u64)request->left + request->right * factor + offset + small + table[3];
	return enabled ? 42 : 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
