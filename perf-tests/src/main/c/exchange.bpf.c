// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * As harness.bpf.c, for packets that follow one another: a run goes through the
 * steps of an exchange again and again, each time for the next flow. A step that
 * answers goes to whom the last packet came from as it left the program under test,
 * so that a server answers the address that it was shown. Steps of a second
 * population are of flows that have nothing to do with the first.
 */
#include "harness.h"

#define STEPS 8
#define POPULATIONS 2

struct population {
	__u32 flow_mask; /* flows - 1, flows being a power of two */
	__u32 address;   /* of flow 0, last word, host order */
	__u32 flow;      /* the last one that began */
};

struct step {
	__u32 length;         /* of the frame, bytes */
	__u32 population;
	__u32 begins;         /* 1: the population's next flow, 0: the same again */
	__u32 answers;        /* 1: to whom the last packet came from */
	__u32 address_offset; /* of what differs by flow; in the frame, bytes, below HEADER_BYTES */
	__u32 port_offset;
	__u32 source_offset;  /* answers: where the last packet says whom it came from */
	__u32 source_port_offset;
	__u64 header[HEADER_WORDS];
};

struct exchange {
	__u64 drained;
	__u32 steps;
	__u32 next; /* step */
	struct population population[POPULATIONS];
	struct step step[STEPS];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct exchange);
} exchanges SEC(".maps");

struct peer {
	__be32 address;
	__be16 port;
};

/* Whom the packet is from that is there still. */
static __always_inline int last_sender(const struct xdp_md *ctx, const struct step *s, struct peer *sender)
{
	__be32 *address = field_at(ctx, s->source_offset, sizeof(*address));
	__be16 *port = field_at(ctx, s->source_port_offset, sizeof(*port));

	if (!address || !port)
		return -1;
	sender->address = *address;
	sender->port = *port;
	return 0;
}

static __always_inline int write_peer(const struct xdp_md *ctx, const struct step *s, const struct peer *peer)
{
	__be32 *address = field_at(ctx, s->address_offset, sizeof(*address));
	__be16 *port = field_at(ctx, s->port_offset, sizeof(*port));

	if (!address || !port)
		return -1;
	*address = peer->address;
	*port = peer->port;
	return 0;
}

static __always_inline int restore_step(struct xdp_md *ctx, struct exchange *x, const struct step *s)
{
	struct population *of = &x->population[s->population & (POPULATIONS - 1)];
	struct peer peer;
	__u64 *word;

	/* also when nobody answers, so that all steps are charged alike */
	if (last_sender(ctx, s, &peer))
		return -1;
	if (bpf_xdp_adjust_head(ctx, (int)bpf_xdp_get_buff_len(ctx) - (int)s->length))
		return -1;
	word = (void *)(long)ctx->data;
	if ((void *)(word + HEADER_WORDS) > (void *)(long)ctx->data_end)
		return -1;
#pragma unroll
	for (int i = 0; i < HEADER_WORDS; i++)
		word[i] = s->header[i];
	if (s->begins)
		of->flow = next_flow(of->flow, of->flow_mask);
	if (!s->answers) {
		peer.address = flow_address(of->address, of->flow);
		peer.port = flow_port(of->flow);
	}
	return write_peer(ctx, s, &peer);
}

SEC("xdp.frags")
int restore_next(struct xdp_md *ctx)
{
	__u32 zero = 0;
	struct exchange *x = bpf_map_lookup_elem(&exchanges, &zero);
	__u32 step;

	if (!x)
		return XDP_ABORTED;
	step = x->next & (STEPS - 1);
	x->next = step + 1 < x->steps ? step + 1 : 0;
	if (restore_step(ctx, x, &x->step[step]))
		return XDP_ABORTED;
	/* waits until these stores have reached the cache: see harness.bpf.c */
	__sync_fetch_and_add(&x->drained, 1);
	bpf_tail_call(ctx, &target, 0);
	return XDP_ABORTED; /* no target */
}

/* The base. */
SEC("xdp.frags")
int send_back(struct xdp_md *ctx)
{
	return XDP_TX;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
