/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* How packets leave a floor: back to where they came from, or, live frames, through another device. */
#ifndef FLOOR_LEAVE_H
#define FLOOR_LEAVE_H

#include "floor_rewrite.h"

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

const volatile __u32 redirects = 0;

static __always_inline int leave(struct xdp_md *ctx, const struct server *s)
{
	int verdict = link_layer(ctx, s, bpf_htons(ETH_P_IP));

	if (!redirects || verdict != XDP_TX)
		return verdict;
	return bpf_redirect_map(&ports, s->port, XDP_ABORTED);
}

#endif
