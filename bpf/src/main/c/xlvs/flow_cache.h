/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The fast way: a packet in the middle of a connection finds the finished
 * decision in one line of its CPU's own slice. See flow.h for what makes an
 * entry count.
 */
#ifndef XLVS_FLOW_CACHE_H
#define XLVS_FLOW_CACHE_H

#include "hash.h"
#include "pkt.h"

/* Both addresses of an IPv4 tuple, both ports: read as they lie side by side in packet and entry. */
static __always_inline __u64 addresses4(const struct xlvs_tuple *t)
{
	return t->saddr[0] | (__u64)t->daddr[0] << 32;
}

static __always_inline __u32 ports_of(const struct xlvs_tuple *t)
{
	return t->sport | (__u32)t->dport << 16;
}

static __always_inline __u64 tuple_hash(const struct xlvs_tuple *t)
{
	__u64 ports = ports_of(t) | (__u64)t->protocol << 32;

	if (t->family == XLVS_IPV4)
		return xlvs_hash(addresses4(t), 0, ports, settings.hash_seed);
	return xlvs_hash(two_words(t->saddr) ^ rol64(two_words(t->daddr + 2), 23),
			 two_words(t->saddr + 2) ^ rol64(two_words(t->daddr), 41), ports,
			 settings.hash_seed);
}

/* Index of the epoch that guards the connection under the client's tuple. */
static __always_inline __u32 epoch_bucket(const struct xlvs_tuple *client)
{
	return (__u32)(tuple_hash(client) >> 40) & (XLVS_EPOCHS - 1);
}

static __always_inline __u16 epoch_read(__u32 bucket)
{
	return READ_ONCE(epochs[bucket & (XLVS_EPOCHS - 1)]);
}

/* After a connection was deleted or changed: copies of it no longer count. */
static __always_inline void epoch_bump(__u32 bucket)
{
	__sync_fetch_and_add(&epochs[bucket & (XLVS_EPOCHS - 1)], 1);
}

#define FRESH_SECONDS 30

static __always_inline __u16 period(__u64 jiffies)
{
	return jiffies >> settings.refresh_shift;
}

static __always_inline __u16 period_now(void)
{
	return period(bpf_jiffies64());
}

/*
 * The last period in which a copy of a connection counts unchecked. Each check
 * refreshes the connection, so a quarter of its time-out (jiffies) may pass
 * between two; the longer, the fewer packets of many slow flows are checked.
 */
static __always_inline __u16 fresh_until(__u32 timeout)
{
	__u32 most = FRESH_SECONDS * settings.jiffies_per_second;
	__u32 periods = (timeout / 4 < most ? timeout / 4 : most) >> settings.refresh_shift;

	return period_now() + (periods < XLVS_FRESH_PERIODS ? periods : XLVS_FRESH_PERIODS - 1);
}

static __always_inline bool is_fresh(const struct flow_mark *m)
{
	return (__u16)(m->until - period_now()) < XLVS_FRESH_PERIODS;
}

static __always_inline bool is_reply(__u8 kind)
{
	return kind == FLOW_NAT_OUT || kind == FLOW_FULLNAT_OUT;
}

/*
 * Where a decision may lie: in the line of its hash, in the other one of that line's pair, which
 * the processor tends to fetch along, or in a line elsewhere. With half of all places taken 0.8% of
 * the decisions find none of their own (IPv6: 3.8%); with the first line alone it would be 10% (21%).
 */
#define FLOW_LINES 3

static __always_inline __u32 flow_line(__u32 cpu, __u64 hash, int nth)
{
	__u32 line = nth == 0 ? hash : nth == 1 ? hash ^ 1 : hash >> 32;
	__u32 mask = settings.flow_line_mask;

	return cpu * (mask + 1) + (line & mask);
}

static __always_inline bool is_current(const struct flow_mark *m)
{
	return is_fresh(m) && m->epoch == epoch_read(m->bucket);
}

static __always_inline bool mark_counts(const struct flow_mark *m)
{
	return is_current(m) && m->protocol;
}

/* A free way has protocol 0. */
static __always_inline bool flow4_matches(const struct flow4 *f, const struct xlvs_tuple *t)
{
	return load64(&f->saddr) == addresses4(t) && load32(&f->sport) == ports_of(t) &&
	       f->mark.protocol == t->protocol;
}

static __always_inline struct flow4 *flow4_in(struct flow4_line *line, const struct xlvs_tuple *t)
{
	if (!line)
		return NULL;
	if (flow4_matches(&line->way[0], t))
		return &line->way[0];
	return flow4_matches(&line->way[1], t) ? &line->way[1] : NULL;
}

static __always_inline const struct flow4 *flow4_find(const struct pkt *p)
{
	__u64 hash = tuple_hash(&p->tuple);
	const struct flow4 *f = NULL;

#pragma unroll
	for (int i = 0; i < FLOW_LINES; i++) {
		f = flow4_in(entry(&flow_cache, flow_line(p->cpu, hash, i)), &p->tuple);
		if (likely(f))
			break;
	}
	return f && is_current(&f->mark) ? f : NULL;
}

/* The source of replies is not in the entry: the caller compares it with the server's address. */
static __always_inline bool flow6_matches(const struct flow6 *f, const struct xlvs_tuple *t)
{
	return load64(f->daddr) == two_words(t->daddr) &&
	       load64(f->daddr + 2) == two_words(t->daddr + 2) &&
	       load32(&f->sport) == ports_of(t) && f->mark.protocol == t->protocol &&
	       (is_reply(f->mark.kind) || (load64(f->saddr) == two_words(t->saddr) &&
					   load64(f->saddr + 2) == two_words(t->saddr + 2)));
}

static __always_inline const struct flow6 *flow6_find(const struct pkt *p)
{
	__u64 hash = tuple_hash(&p->tuple);
	const struct flow6 *f = NULL;

#pragma unroll
	for (int i = 0; i < FLOW_LINES; i++) {
		f = entry(&flow6_cache, flow_line(p->cpu, hash, i));
		if (f && likely(flow6_matches(f, &p->tuple)))
			return is_current(&f->mark) ? f : NULL;
	}
	return NULL;
}

#endif
