// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The director at tc: what XDP passed on because it could not send it, and all
 * packets of devices without XDP.
 */
#include "xlvs/hook_tc.h"
#include "xlvs/pipeline.h"

/* Headers are read directly: have them in the linear part. */
#define LINEAR_BYTES 256

static __always_inline void pull_headers(struct __sk_buff *ctx)
{
	__u32 want = ctx->len < LINEAR_BYTES ? ctx->len : LINEAR_BYTES;

	if (hook_data(ctx) + want > hook_end(ctx))
		bpf_skb_pull_data(ctx, want);
}

SEC("tc")
int xlvs_ingress(struct __sk_buff *ctx)
{
	pull_headers(ctx);
	return run(ctx);
}

/*
 * A request of the director itself to a VIP leaves by the routing table, where
 * nothing balances it: refused by name rather than lost on the wire.
 */
SEC("tc")
int xlvs_egress(struct __sk_buff *ctx)
{
	struct pkt p = { .cpu = bpf_get_smp_processor_id() };
	__u32 service;

	if (ctx->ingress_ifindex)
		return TC_ACT_OK;
	pull_headers(ctx);
	if (parse(ctx, &p) || p.flags & PKT_LATER_FRAGMENT ||
	    find_role(&p, &service) != ROLE_REQUEST || p.flags & PKT_DATA_PORT)
		return TC_ACT_OK;
	return finish(p.cpu, drop_because(XLVS_REASON_LOCAL_CLIENT));
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
