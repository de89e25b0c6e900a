// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* A ring buffer fed by packets, and tail calls. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct event {
	__u32 length;
	__u32 sequence;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 4);
} targets SEC(".maps");

volatile __u32 sequence;

SEC("xdp")
int emit(struct xdp_md *ctx)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return XDP_ABORTED;
	event->length = ctx->data_end - ctx->data;
	event->sequence = sequence++;
	bpf_ringbuf_submit(event, 0);
	return XDP_PASS;
}

SEC("xdp")
int dispatch(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &targets, 2);
	return XDP_ABORTED;
}

SEC("xdp")
int target(struct xdp_md *ctx)
{
	return XDP_TX;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
