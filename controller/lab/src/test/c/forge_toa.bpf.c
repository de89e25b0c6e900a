// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
// A client that lies: every segment that it sends carries the TOA option, in two copies for IPv4.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define AF_INET 2
#define TOA_KIND 254
#define TOA_V4_LENGTH 8
#define TOA_V6_LENGTH 20

__u64 forged;

static __always_inline void store(struct bpf_sock_ops *ops, const void *option, __u32 length)
{
	if (!bpf_store_hdr_opt(ops, option, length, 0))
		__sync_fetch_and_add(&forged, 1);
}

SEC("sockops")
int forge_toa(struct bpf_sock_ops *ops)
{
	/* Kind, length, port, address: 203.0.113.7 and 2001:db8::7. The kernel takes the port for a magic, so it differs. */
	const __u8 v4[TOA_V4_LENGTH] = {TOA_KIND, TOA_V4_LENGTH, 0x12, 0x34, 203, 0, 113, 7};
	const __u8 v4_again[TOA_V4_LENGTH] = {TOA_KIND, TOA_V4_LENGTH, 0x12, 0x35, 203, 0, 113, 8};
	const __u8 v6[TOA_V6_LENGTH] = {TOA_KIND, TOA_V6_LENGTH, 0x12, 0x34, 0x20, 0x01, 0x0d, 0xb8, [19] = 7};

	switch (ops->op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
		bpf_sock_ops_cb_flags_set(ops, BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG);
		break;
	case BPF_SOCK_OPS_HDR_OPT_LEN_CB:
		bpf_reserve_hdr_opt(ops, ops->family == AF_INET ? 2 * TOA_V4_LENGTH : TOA_V6_LENGTH, 0);
		break;
	case BPF_SOCK_OPS_WRITE_HDR_OPT_CB:
		if (ops->family == AF_INET) {
			store(ops, v4, sizeof(v4));
			store(ops, v4_again, sizeof(v4_again));
		} else {
			store(ops, v6, sizeof(v6));
		}
		break;
	}
	return 1;
}

char _license[] SEC("license") = "Dual BSD/GPL";
