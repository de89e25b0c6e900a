// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* A program per kind of attachment; each leaves a trace in a counter. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

volatile __u64 packets_xdp, packets_other, packets_tc, established, peer_names, redirect_errors;

SEC("xdp")
int pass(struct xdp_md *ctx)
{
	__sync_fetch_and_add(&packets_xdp, 1);
	return XDP_PASS;
}

SEC("xdp")
int other(struct xdp_md *ctx)
{
	__sync_fetch_and_add(&packets_other, 1);
	return XDP_PASS;
}

SEC("xdp")
int redirect_nowhere(struct xdp_md *ctx)
{
	return bpf_redirect(0x7ffffff0, 0);
}

SEC("tc")
int tc_count(struct __sk_buff *skb)
{
	__sync_fetch_and_add(&packets_tc, 1);
	return TC_ACT_OK;
}

SEC("sockops")
int on_socket(struct bpf_sock_ops *ops)
{
	if (ops->op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB)
		__sync_fetch_and_add(&established, 1);
	return 1;
}

SEC("cgroup/getpeername4")
int on_peer_name(struct bpf_sock_addr *address)
{
	__sync_fetch_and_add(&peer_names, 1);
	address->user_port = bpf_htons(4711);
	return 1;
}

SEC("raw_tp/xdp_redirect_err")
int on_redirect_error(void *ctx)
{
	__sync_fetch_and_add(&redirect_errors, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
