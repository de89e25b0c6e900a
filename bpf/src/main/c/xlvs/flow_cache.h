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

static __always_inline __u64 tuple_hash(const struct xlvs_tuple *t)
{
	__u64 ports = t->sport | (__u32)t->dport << 16 | (__u64)t->protocol << 32;

	if (t->family == XLVS_IPV4)
		return xlvs_hash(t->saddr[0] | (__u64)t->daddr[0] << 32, 0, ports,
				 settings.hash_seed);
	return xlvs_hash(two_words(t->saddr) ^ rol64(two_words(t->daddr + 2), 23),
			 two_words(t->saddr + 2) ^ rol64(two_words(t->daddr), 41), ports,
			 settings.hash_seed);
}

/* Index of the epoch that guards the connection under the client's tuple. */
static __always_inline __u32 epoch_bucket(const struct xlvs_tuple *client)
{
	return (__u32)(tuple_hash(client) >> 40) & settings.epoch_mask;
}

static __always_inline __u16 epoch_read(__u32 bucket)
{
	const __u32 *epoch = entry(&epochs, bucket);

	return epoch ? READ_ONCE(*epoch) : 0;
}

/* After a connection was deleted or changed: copies of it no longer count. */
static __always_inline void epoch_bump(__u32 bucket)
{
	__u32 *epoch = entry(&epochs, bucket);

	if (epoch)
		__sync_fetch_and_add(epoch, 1);
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

static __always_inline __u32 flow_line(const struct pkt *p, __u64 hash)
{
	return p->cpu * (settings.flow_line_mask + 1) + ((__u32)hash & settings.flow_line_mask);
}

static __always_inline bool mark_counts(const struct flow_mark *m)
{
	return is_fresh(m) && m->epoch == epoch_read(m->bucket);
}

static __always_inline bool flow4_matches(const struct flow4 *f, const struct xlvs_tuple *t)
{
	return f->saddr == t->saddr[0] && f->daddr == t->daddr[0] && f->sport == t->sport &&
	       f->dport == t->dport && f->mark.protocol == t->protocol && f->mark.kind;
}

static __always_inline const struct flow4 *flow4_find(const struct pkt *p)
{
	const struct xlvs_tuple *t = &p->tuple;
	const struct flow4_line *line = entry(&flow_cache, flow_line(p, tuple_hash(t)));
	const struct flow4 *f;

	if (!line)
		return NULL;
	if (flow4_matches(&line->way[0], t))
		f = &line->way[0];
	else if (flow4_matches(&line->way[1], t))
		f = &line->way[1];
	else
		return NULL;
	return mark_counts(&f->mark) ? f : NULL;
}

/* The source of replies is not in the entry: the caller compares it with the server's address. */
static __always_inline const struct flow6 *flow6_find(const struct pkt *p)
{
	const struct xlvs_tuple *t = &p->tuple;
	const struct flow6 *f = entry(&flow6_cache, flow_line(p, tuple_hash(t)));

	if (!f || !f->mark.kind || f->sport != t->sport || f->dport != t->dport ||
	    f->mark.protocol != t->protocol || !same_address(f->daddr, t->daddr))
		return NULL;
	if (!is_reply(f->mark.kind) && !same_address(f->saddr, t->saddr))
		return NULL;
	return mark_counts(&f->mark) ? f : NULL;
}

/* The way to write: the flow's own, else a free or stale one, else the second. */
static __always_inline struct flow4 *flow4_victim(struct flow4_line *line,
						  const struct xlvs_tuple *t)
{
	struct flow4 *a = &line->way[0], *b = &line->way[1];

	if (flow4_matches(a, t))
		return a;
	if (flow4_matches(b, t))
		return b;
	return a->mark.kind && is_fresh(&a->mark) ? b : a;
}

/* What a decision says beyond its mark. */
struct flow_detail {
	const __be32 *addr; /* flow4.addr; replies of IPv6: flow6.saddr */
	__u32 local;        /* flow6.local */
};

static __always_inline void flow_store(const struct pkt *p, const struct flow_mark *mark,
				       const struct flow_detail *detail)
{
	const struct xlvs_tuple *t = &p->tuple;
	__u32 index = flow_line(p, tuple_hash(t));

	if (t->family == XLVS_IPV4) {
		struct flow4_line *line = entry(&flow_cache, index);
		struct flow4 *f;

		if (!line)
			return;
		f = flow4_victim(line, t);
		f->saddr = t->saddr[0];
		f->daddr = t->daddr[0];
		f->sport = t->sport;
		f->dport = t->dport;
		f->addr = detail->addr ? detail->addr[0] : 0;
		f->mark = *mark;
	} else {
		struct flow6 *f = entry(&flow6_cache, index);

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
