/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Later fragments have no ports. The first one's are remembered for two
 * seconds, for all CPUs, since a device may well send the others elsewhere. A
 * fragment that comes before its first is dropped by name: its sender repeats.
 */
#ifndef XLVS_FRAGMENT_H
#define XLVS_FRAGMENT_H

#include "pkt.h"

#define FRAGMENT_SECONDS 2

static __always_inline void fragment_key(const struct pkt *p, struct xlvs_fragment_key *key)
{
	__builtin_memset(key, 0, sizeof(*key));
	__builtin_memcpy(key->saddr, p->tuple.saddr, 16);
	__builtin_memcpy(key->daddr, p->tuple.daddr, 16);
	key->id = p->fragment_id;
	/* IPv6's later fragments may name another header than the first's last: RFC 8200, 4.5 */
	key->protocol = p->tuple.family == XLVS_IPV4 ? p->tuple.protocol : 0;
	key->family = p->tuple.family;
}

__noinline int HOOKED(remember_fragment)(struct pkt *p)
{
	struct xlvs_fragment fragment = { .seen = bpf_jiffies64() };
	struct xlvs_fragment_key key;

	if (!p)
		return -1;
	fragment.sport = p->tuple.sport;
	fragment.dport = p->tuple.dport;
	fragment.protocol = p->tuple.protocol;
	fragment_key(p, &key);
	return bpf_map_update_elem(&fragments, &key, &fragment, BPF_ANY);
}

/* Gives a later fragment its datagram's protocol and ports; false if the first has not been seen.
 */
__noinline int HOOKED(recall_fragment)(struct pkt *p)
{
	struct xlvs_fragment_key key;
	const struct xlvs_fragment *fragment;

	if (!p)
		return false;
	fragment_key(p, &key);
	fragment = bpf_map_lookup_elem(&fragments, &key);
	if (!fragment || (__s64)(bpf_jiffies64() - fragment->seen) >
				 (__s64)(FRAGMENT_SECONDS * settings.jiffies_per_second))
		return false;
	p->tuple.protocol = fragment->protocol;
	p->tuple.sport = fragment->sport;
	p->tuple.dport = fragment->dport;
	return true;
}

#endif
