// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A test run does not put the packet back between its repeats: from the second
 * one on, a program that rewrites would be measured on its own output. Hence
 * `restore`: it brings the packet back, chooses the flow, and tail-calls the
 * program under test. What it costs itself is measured with `send_back` as the
 * target, and subtracted.
 */
#include "harness.h"

struct shape {
	__u32 length;         /* of the frame, bytes */
	__u32 flow_mask;      /* flows - 1, flows being a power of two */
	__u32 address;        /* of flow 0, last word, host order */
	__u32 address_offset; /* in the frame, bytes; below HEADER_BYTES */
	__u32 port_offset;
	__u32 flow;           /* the last one sent */
	__u64 packets;        /* of this run, so far */
	__u64 header[HEADER_WORDS];
	__u64 first_ns;       /* when the first packet of this run came */
	__u64 last_ns;        /* when packet number `last` came */
	__u64 last;
};

/* How often the clock is read: what that costs is lost among so many. */
#define PACKETS_A_READING 1024

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct shape);
} shapes SEC(".maps");

static __always_inline struct shape *shape_of_run(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&shapes, &zero);
}

static __always_inline int choose_flow(const struct xdp_md *ctx, struct shape *s)
{
	__be32 *address = field_at(ctx, s->address_offset, sizeof(*address));
	__be16 *port = field_at(ctx, s->port_offset, sizeof(*port));

	if (!address || !port)
		return -1;
	s->flow = next_flow(s->flow, s->flow_mask);
	*address = flow_address(s->address, s->flow);
	*port = flow_port(s->flow);
	return 0;
}

/*
 * The kernel gives the mean time of a packet in whole nanoseconds, and cuts off
 * the rest; from these readings it can be told.
 */
static __always_inline void read_clock(struct shape *s, __u64 packet)
{
	if (packet % PACKETS_A_READING)
		return;
	s->last_ns = bpf_ktime_get_ns();
	s->last = packet;
	if (!packet)
		s->first_ns = s->last_ns;
}

SEC("xdp.frags")
int restore(struct xdp_md *ctx)
{
	struct shape *s = shape_of_run();
	__u64 *word;

	/* also when nothing is to be moved, so that all programs are charged alike */
	if (!s || bpf_xdp_adjust_head(ctx, (int)bpf_xdp_get_buff_len(ctx) - (int)s->length))
		return XDP_ABORTED;
	word = (void *)(long)ctx->data;
	if ((void *)(word + HEADER_WORDS) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
#pragma unroll
	for (int i = 0; i < HEADER_WORDS; i++)
		word[i] = s->header[i];
	if (choose_flow(ctx, s))
		return XDP_ABORTED;
	/*
	 * A locked instruction waits until these stores have reached the cache: a
	 * packet from a device lies there, too. Otherwise loads that overlap two
	 * of the stores would stall the program under test.
	 */
	read_clock(s, __sync_fetch_and_add(&s->packets, 1));
	bpf_tail_call(ctx, &target, 0);
	return XDP_ABORTED; /* no target */
}

/* The base: what a test run, `restore` and the tail call take. Also the first floor, XDP_TX at once. */
SEC("xdp.frags")
int send_back(struct xdp_md *ctx)
{
	return XDP_TX;
}

/* What `inspect` saw; for the harness's own test. */
struct inspection {
	__u64 same;      /* frames equal to the shape, flow fields included */
	__u64 different;
	__u64 flows;     /* distinct ones */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct inspection);
} inspections SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, __u64);
} seen SEC(".maps");

static __always_inline void note_flow(const struct xdp_md *ctx, const struct shape *s, struct inspection *in)
{
	__be32 *address = field_at(ctx, s->address_offset, sizeof(*address));
	__be16 *port = field_at(ctx, s->port_offset, sizeof(*port));
	__u64 flow, one = 1;

	if (!address || !port)
		return;
	flow = (__u64)*address << 16 | *port;
	if (!bpf_map_update_elem(&seen, &flow, &one, BPF_NOEXIST))
		in->flows++;
}

/* Compares the packet with the shape, then spoils it as the worst program might. */
SEC("xdp.frags")
int inspect(struct xdp_md *ctx)
{
	struct shape *s = shape_of_run();
	__u32 zero = 0;
	struct inspection *in = bpf_map_lookup_elem(&inspections, &zero);
	__u64 *word = (void *)(long)ctx->data;
	bool same;

	if (!s || !in || (void *)(word + HEADER_WORDS) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	note_flow(ctx, s, in);
	same = bpf_xdp_get_buff_len(ctx) == s->length;
	for (int i = 0; i < HEADER_WORDS; i++) {
		if (s->flow_mask == 0 && word[i] != s->header[i])
			same = false;
		word[i] = ~word[i];
	}
	if (same)
		in->same++;
	else
		in->different++;
	return bpf_xdp_adjust_head(ctx, in->same & 1 ? -40 : 8) ? XDP_ABORTED : XDP_TX;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
