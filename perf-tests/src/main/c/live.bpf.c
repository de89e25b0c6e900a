// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Live frames: `send` is run by BPF_PROG_TEST_RUN with BPF_F_TEST_XDP_LIVE_FRAMES and sends each frame
 * into a veth device; a director forwards it; at the far end of its way out, `count_xdp` or `count_tc`
 * takes it. Frames come from a pool of pages and keep what was written to them the last time
 * round: `send` writes their headers anew, checksums included, since directors verify them.
 */
#include <stddef.h>

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* Ethernet, IPv4 and TCP fit into 8 words, with IPv6 into 10. */
#define WORDS 8
#define MORE_WORDS 2

/* Ports of flows: FIRST_PORT to FIRST_PORT + PORTS - 1. Mirrored by io.xlvs.perf.Flows. */
#define FIRST_PORT 16384
#define PORT_BITS 14

#define IPV4_BYTES 20

/* CPUs that can send. */
#define SENDERS 64

/* What one CPU sends. Mirrored by io.xlvs.perf.LiveFrames. */
struct sender {
	__u32 flow_mask;      /* flows - 1, flows being a power of two */
	__u32 first;          /* added to a flow's number: CPUs send flows of their own */
	__u32 address;        /* of flow 0, last word, host order */
	__u32 address_offset; /* in the frame, bytes */
	__u32 port_offset;
	__u32 ip_check_offset; /* 0: IPv6 has none */
	__u32 l4_check_offset;
	__u32 ip_sum; /* of flow 0: the checksum's complement, host order */
	__u32 l4_sum;
	__u32 port; /* of `far_ends` */
	__u32 flow; /* the last one sent */
	__u32 pad[5];
	__u64 header[WORDS + MORE_WORDS];
	__u64 spare[6];
} __attribute__((aligned(64)));

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SENDERS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct sender);
} senders SEC(".maps");

/* Where frames enter: 0 the client's end, 1 the real server's. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} far_ends SEC(".maps");

/* Where a field lies, if within the frame. */
static __always_inline void *field_at(const struct xdp_md *ctx, __u32 offset, __u32 bytes)
{
	void *data = (void *)(long)ctx->data;

	offset &= 127;
	return data + offset + bytes > (void *)(long)ctx->data_end ? NULL : data + offset;
}

/* The checksum of a header whose sum has grown by `more`; never 0, which to UDP means none. */
static __always_inline __sum16 checksum(__u32 sum, __u32 more)
{
	sum += more;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return bpf_htons((__u16)~sum ?: 0xffff);
}

/*
 * The next flow's fields: a linear congruential generator modulo a power of two meets each
 * flow once a period, in an order that no prefetcher follows.
 */
static __always_inline int choose_flow(const struct xdp_md *ctx, struct sender *s)
{
	__be32 *address = field_at(ctx, s->address_offset, sizeof(*address));
	__be16 *port = field_at(ctx, s->port_offset, sizeof(*port));
	__sum16 *ip_check = field_at(ctx, s->ip_check_offset, sizeof(*ip_check));
	__sum16 *l4_check = field_at(ctx, s->l4_check_offset, sizeof(*l4_check));
	__u32 flow, address_step, port_step;

	if (!address || !port || !ip_check || !l4_check)
		return -1;
	s->flow = (s->flow * 1664525 + 1013904223) & s->flow_mask;
	flow = s->flow + s->first;
	address_step = flow >> PORT_BITS;
	port_step = flow & ((1 << PORT_BITS) - 1);
	*address = bpf_htonl(s->address + address_step);
	*port = bpf_htons(FIRST_PORT + port_step);
	if (s->ip_check_offset)
		*ip_check = checksum(s->ip_sum, address_step);
	*l4_check = checksum(s->l4_sum, address_step + port_step);
	return 0;
}

SEC("xdp")
int send(struct xdp_md *ctx)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct sender *s = bpf_map_lookup_elem(&senders, &cpu);
	__u64 *word = (void *)(long)ctx->data;

	if (!s || (void *)(word + WORDS) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
#pragma unroll
	for (int i = 0; i < WORDS; i++)
		word[i] = s->header[i];
	if ((void *)(word + WORDS + MORE_WORDS) <= (void *)(long)ctx->data_end) {
#pragma unroll
		for (int i = WORDS; i < WORDS + MORE_WORDS; i++)
			word[i] = s->header[i];
	}
	if (choose_flow(ctx, s))
		return XDP_ABORTED;
	return bpf_redirect_map(&far_ends, s->port, XDP_ABORTED);
}

/* How a frame has to look that arrives. Mirrored by io.xlvs.perf.Arrival. */
struct arrival {
	__u32 mac;    /* the last four bytes of the destination's, as on the wire */
	__u32 offset; /* of the destination address's last word */
	__u32 word;   /* as on the wire */
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct arrival);
} arrivals SEC(".maps");

/* What has arrived on a CPU. */
struct count {
	__u64 right;
	__u64 wrong;
	__u64 bytes; /* of the right ones */
	__u64 spare[13];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SENDERS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct count);
} counts SEC(".maps");

/* MAC addresses begin with 2 bytes that are the same everywhere. */
#define MAC_OFFSET 2

/* Of another look, unless it is what a host says to all: the director's own neighbour discovery. */
static __always_inline void count_wrong(struct count *c, const __u8 *destination)
{
	if (!(destination[0] & 1))
		c->wrong++;
}

static __always_inline void count(void *data, void *end, __u32 length)
{
	__u32 zero = 0, cpu = bpf_get_smp_processor_id(), offset;
	struct arrival *a = bpf_map_lookup_elem(&arrivals, &zero);
	struct count *c = bpf_map_lookup_elem(&counts, &cpu);

	if (!a || !c)
		return;
	offset = a->offset & 127;
	if (data + MAC_OFFSET + 4 > end)
		return;
	if (data + offset + 4 > end || *(__u32 *)(data + MAC_OFFSET) != a->mac ||
	    *(__u32 *)(data + offset) != a->word) {
		count_wrong(c, data);
		return;
	}
	c->right++;
	c->bytes += length;
}

SEC("xdp")
int count_xdp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	count(data, end, end - data);
	return XDP_DROP;
}

SEC("tc")
int count_tc(struct __sk_buff *ctx)
{
	count((void *)(long)ctx->data, (void *)(long)ctx->data_end, ctx->len);
	return TC_ACT_SHOT;
}

/* The limit of the test bed: a director that does nothing but redirect. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} bare_port SEC(".maps");

const volatile __u32 bare_ifindex = 0;

SEC("xdp")
int bare_xdp(struct xdp_md *ctx)
{
	return bpf_redirect_map(&bare_port, 0, XDP_ABORTED);
}

SEC("tc")
int bare_tc(struct __sk_buff *ctx)
{
	return bpf_redirect(bare_ifindex, 0);
}

/*
 * What any tunnel costs at tc: room in front of the IPv4 packet, by the one helper that moves the
 * stack's own offsets along. Nothing is written into it.
 */
SEC("tc")
int bare_tc_room(struct __sk_buff *ctx)
{
	__u64 flags = BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | BPF_F_ADJ_ROOM_FIXED_GSO;

	if (bpf_skb_adjust_room(ctx, IPV4_BYTES, BPF_ADJ_ROOM_MAC, flags))
		return TC_ACT_SHOT;
	return bpf_redirect(bare_ifindex, 0);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
