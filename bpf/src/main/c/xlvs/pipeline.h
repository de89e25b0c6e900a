/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The packet's way, top to bottom: the fast way of plain.h, and only then
 * service and connection table. XDP and tc run this same body.
 */
#ifndef XLVS_PIPELINE_H
#define XLVS_PIPELINE_H

#include "fragment.h"
#include "ftp.h"
#include "icmp.h"
#include "plain.h"
#include "ring_first.h"

/* Addressed to a VIP or to a local address of FULLNAT. */
static __always_inline bool is_balanced(const struct pkt *p)
{
	return is_vip(p->tuple.daddr, p->tuple.family) ||
	       find_endpoint(p->tuple.daddr, 0, 0, XLVS_ENDPOINT_LOCAL, p->tuple.family);
}

/* A mark's service wins over an address's: ip_vs_service_find(). */
static __always_inline enum role find_role_or_mark(const hook_t *ctx, struct pkt *p, __u32 *service)
{
	__u32 mark = hook_mark(ctx), found;

	if (mark) {
		found = HOOKED(marked_service)(mark, p->tuple.family);
		if (found) {
			*service = found - 1;
			return ROLE_REQUEST;
		}
	}
	return find_role(p, service);
}

/* The long way, of frames that are not plain and of those that the cache knows nothing about. */
static __always_inline verdict process(hook_t *ctx, struct pkt *p, bool plain)
{
	enum role role;
	__u32 service = 0;
	verdict v = parse(ctx, p);

	if (v)
		return v;
	if (unlikely(p->flags & PKT_LATER_FRAGMENT) && !HOOKED(recall_fragment)(p) &&
	    is_transport(p->tuple.protocol))
		return is_balanced(p) ? drop_because(XLVS_REASON_ORPHAN_FRAGMENT) : PASS;
	if (unlikely(!is_transport(p->tuple.protocol)))
		return HOOKED(icmp)(ctx, p);
	if (!plain) {
		if (!hook_mark(ctx) && !may_be_ours(p))
			return PASS;
		v = is_mid_flow(p) ? HOOKED(cached_unusual)(ctx, p) : CONTINUE;
		if (v)
			return v;
	}
	role = find_role_or_mark(ctx, p, &service);
	if (role == ROLE_NONE)
		return PASS;
	if (unlikely(p->flags & PKT_FIRST_FRAGMENT))
		HOOKED(remember_fragment)(p);
	if (role == ROLE_REPLY) {
		v = HOOKED(reply)(ctx, p);
		if (unlikely(v == READ_FIRST))
			v = HOOKED(ftp)(ctx, p, FROM_SERVER) ?: HOOKED(reply)(ctx, p);
		if (v)
			return v;
		/* not an answer, but a server may be a client as well */
		if (!find_any_port(p, p->tuple.family, &service))
			return HOOKED(refuse_answer)(ctx, p);
	}
	if (is_ring_first_service(service))
		return HOOKED(ring_request)(ctx, p, service);
	v = HOOKED(request)(ctx, p, service);
	if (unlikely(v == READ_FIRST))
		v = HOOKED(ftp)(ctx, p, FROM_CLIENT) ?: HOOKED(request)(ctx, p, service);
	return v;
}

/* The packet on the long way. It lies outside the stack, which the calls from here on need. */
MAP(packet_at_hand, BPF_MAP_TYPE_PERCPU_ARRAY, 1, struct pkt, 0);

static __always_inline int run(hook_t *ctx)
{
	__u32 zero = 0, cpu = bpf_get_smp_processor_id();
	verdict v = fast(ctx, cpu);

	if (likely((v & 0xffff) == ACTION_SENT))
		return v >> 16;
	if (likely(v == PASS))
		return HOOK_PASS;
	if (HOOK_FRAMES_HAVE_TAGS && unlikely(v == TAGGED))
		v = fast_tagged(ctx, cpu);
	if (unlikely(v == CONTINUE || v == UNUSUAL)) {
		struct pkt *p = bpf_map_lookup_elem(&packet_at_hand, &zero);

		if (!p)
			return HOOK_PASS;
		__builtin_memset(p, 0, sizeof(*p));
		p->cpu = cpu;
		v = process(ctx, p, v == CONTINUE);
	}
	return finish(cpu, v);
}

#endif
