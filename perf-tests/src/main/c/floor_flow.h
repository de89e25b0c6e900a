/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* A connection as a hash map of floor programs has it, and the translation that it asks for. */
#ifndef FLOOR_FLOW_H
#define FLOOR_FLOW_H

#include "floor_rewrite.h"

struct vip {
	__be32 addr[4];
	__be16 port;
	__u8 protocol;
	__u8 pad;
};

/* A connection's entry: the server, and what the packet's addresses become. */
struct flow {
	__u32 server;
	__be16 sport;
	__be16 dport;
	__be32 saddr[4];
	__be32 daddr[4];
};

struct key4 {
	__be32 saddr;
	__be32 daddr;
	__be16 sport;
	__be16 dport;
	__u32 protocol;
};

struct key6 {
	__be32 saddr[4];
	__be32 daddr[4];
	__be16 sport;
	__be16 dport;
	__u32 protocol;
};

/* What exchanging one port adds to the checksum. Both ports read back as one word after two stores would stall. */
static __always_inline __u64 port_diff(__be16 from, __be16 to)
{
	return (__u64)(__u16)~from + to;
}

static __always_inline void translate4(struct packet4 *p, const struct flow *f, enum method m)
{
	__be16 *port = (__be16 *)ports_of(&p->l4);
	__u64 ip_diff = 0, ports = 0;

	if (m != NAT_IN) {
		ip_diff += word_diff(p->ip.saddr, f->saddr[0]);
		ports += port_diff(port[0], f->sport);
		p->ip.saddr = f->saddr[0];
		port[0] = f->sport;
	}
	if (m != NAT_OUT) {
		ip_diff += word_diff(p->ip.daddr, f->daddr[0]);
		ports += port_diff(port[1], f->dport);
		p->ip.daddr = f->daddr[0];
		port[1] = f->dport;
	}
	l4_csum_change(&p->l4, p->ip.protocol, ip_diff + ports);
	age4(&p->ip, ip_diff);
}

static __always_inline void translate6(struct packet6 *p, const struct flow *f, enum method m)
{
	__be16 *port = (__be16 *)ports_of(&p->l4);
	__u64 diff = 0;

	if (m != NAT_IN) {
		diff += address6_diff(p->ip.saddr.in6_u.u6_addr32, f->saddr) + port_diff(port[0], f->sport);
		__builtin_memcpy(&p->ip.saddr, f->saddr, 16);
		port[0] = f->sport;
	}
	if (m != NAT_OUT) {
		diff += address6_diff(p->ip.daddr.in6_u.u6_addr32, f->daddr) + port_diff(port[1], f->dport);
		__builtin_memcpy(&p->ip.daddr, f->daddr, 16);
		port[1] = f->dport;
	}
	l4_csum_change(&p->l4, p->ip.nexthdr, diff);
	p->ip.hop_limit--;
}

#endif
