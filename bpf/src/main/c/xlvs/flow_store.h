/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Writing entries of the flow cache, by the slow way. */
#ifndef XLVS_FLOW_STORE_H
#define XLVS_FLOW_STORE_H

#include "flow_cache.h"

/*
 * The way to write: the flow's own, so that it never has two; else the first that does not count;
 * else the second of the first line.
 */
static __always_inline struct flow4 *flow4_victim(__u32 cpu, __u64 hash, const struct xlvs_tuple *t)
{
	struct flow4 *idle = NULL, *last = NULL;

#pragma unroll
	for (int i = FLOW_LINES - 1; i >= 0; i--) {
		struct flow4_line *line = entry(&flow_cache, flow_line(cpu, hash, i));
		struct flow4 *own = flow4_in(line, t);

		if (own)
			return own;
		if (!line)
			continue;
		if (!mark_counts(&line->way[1].mark))
			idle = &line->way[1];
		if (!mark_counts(&line->way[0].mark))
			idle = &line->way[0];
		last = &line->way[1];
	}
	return idle ?: last;
}

static __always_inline struct flow6 *flow6_victim(__u32 cpu, __u64 hash, const struct xlvs_tuple *t)
{
	struct flow6 *idle = NULL, *f = NULL;

#pragma unroll
	for (int i = FLOW_LINES - 1; i >= 0; i--) {
		f = entry(&flow6_cache, flow_line(cpu, hash, i));
		if (f && flow6_matches(f, t))
			return f;
		if (f && !mark_counts(&f->mark))
			idle = f;
	}
	return idle ?: f;
}

/* What a decision says beyond its mark. */
struct flow_detail {
	const __be32 *addr; /* flow4.addr; replies of IPv6: flow6.saddr */
	__u32 local;        /* flow6.local */
};

static __noinline void flow_store(const struct pkt *p, const struct flow_mark *mark,
				  const struct flow_detail *detail)
{
	const struct xlvs_tuple *t = &p->tuple;
	__u64 hash = tuple_hash(t);

	if (t->family == XLVS_IPV4) {
		struct flow4 *f = flow4_victim(p->cpu, hash, t);

		if (!f)
			return;
		f->saddr = t->saddr[0];
		f->daddr = t->daddr[0];
		f->sport = t->sport;
		f->dport = t->dport;
		f->addr = detail->addr ? detail->addr[0] : 0;
		f->mark = *mark;
	} else {
		struct flow6 *f = flow6_victim(p->cpu, hash, t);

		if (!f)
			return;
		__builtin_memcpy(f->saddr, detail->addr ? detail->addr : t->saddr, 16);
		__builtin_memcpy(f->daddr, t->daddr, 16);
		f->sport = t->sport;
		f->dport = t->dport;
		f->local = detail->local;
		f->mark = *mark;
	}
}

#endif
