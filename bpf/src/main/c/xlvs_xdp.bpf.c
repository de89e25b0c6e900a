// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The director at XDP: every packet of the interfaces it is attached to. */
#include "xlvs/hook_xdp.h"
#include "xlvs/abi_types.h"
#include "xlvs/pipeline.h"

SEC("xdp.frags")
int xlvs_xdp(struct xdp_md *ctx)
{
	return run(ctx);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
