/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which service, server or local address an endpoint is: the table that every
 * packet is looked up in first, so that one which is not ours leaves early.
 */
#ifndef XLVS_SERVICE_H
#define XLVS_SERVICE_H

#include "hash.h"
#include "pkt.h"

/* What an endpoint is beside its address: a copy of that part of the entry, padding included. */
union endpoint_id {
	struct {
		__be16 port;
		__u8 protocol;
		__u8 kind;
		__u8 family;
		__u8 pad[3];
	};
	__u32 word[2];
};

static __always_inline bool endpoint_is(const struct xlvs_endpoint *e, const __be32 *addr, __u64 id,
					__u8 family)
{
	if (two_words((const __u32 *)&e->port) != id || e->addr[0] != addr[0])
		return false;
	return family == XLVS_IPV4 ||
	       (e->addr[1] == addr[1] && two_words(e->addr + 2) == two_words(addr + 2));
}

/* The entry for an endpoint, or NULL. The Java twin that fills the table: io.xlvs.bpf.ServiceTable.
 */
static __always_inline const struct xlvs_endpoint *
find_endpoint(const __be32 *addr, __be16 port, __u8 protocol, __u8 kind, __u8 family)
{
	union endpoint_id what = {
		.port = port,
		.protocol = protocol,
		.kind = kind,
		.family = family,
	};
	__u64 id = two_words(what.word);
	bool v4 = family == XLVS_IPV4;
	__u64 hash = xlvs_hash(v4 ? addr[0] : two_words(addr), v4 ? 0 : two_words(addr + 2), id,
			       settings.hash_seed);
	const struct xlvs_bucket *bucket;
	__u32 copy;

	copy = READ_ONCE(control.table_copy) * (settings.bucket_mask + 1);
	bucket = entry(&service_table, copy + ((__u32)hash & settings.bucket_mask));
	if (!bucket)
		return NULL;
	if (endpoint_is(&bucket->way[0], addr, id, family))
		return &bucket->way[0];
	if (endpoint_is(&bucket->way[1], addr, id, family))
		return &bucket->way[1];
	if (likely(!bucket->overflow))
		return NULL;
	bucket = entry(&service_table, copy + ((__u32)(hash >> 32) & settings.bucket_mask));
	if (!bucket)
		return NULL;
	if (endpoint_is(&bucket->way[0], addr, id, family))
		return &bucket->way[0];
	if (endpoint_is(&bucket->way[1], addr, id, family))
		return &bucket->way[1];
	return NULL;
}

static __always_inline __u32 filter_bit(const __be32 *addr, __u8 family)
{
	bool v4 = family == XLVS_IPV4;

	return address_bit(v4 ? addr[0] : two_words(addr), v4 ? 0 : two_words(addr + 2));
}

/* What control's filter says of an address that packets are sent to. */
enum destination_bits {
	DESTINATION_OURS = 1,
	DESTINATION_RING_FIRST = 2,
};

static __always_inline __u32 destination_bits(const __be32 *addr, __u8 family)
{
	__u32 bit = filter_bit(addr, family);

	return control.destinations[bit / 32] >> bit % 32 * 2 & 3;
}

static __always_inline bool is_source(const __be32 *addr, __u8 family)
{
	__u32 bit = filter_bit(addr, family);

	return control.sources[bit / 64] >> bit % 64 & 1;
}

/* 0 if a packet's addresses say that it concerns no service; else the destination's bits, too. */
static __always_inline __u32 may_be_ours_in(const struct pkt *p, __u8 family)
{
	__u32 bits = destination_bits(p->tuple.daddr, family);

	return bits ?: is_source(p->tuple.saddr, family);
}

static __always_inline bool may_be_ours(const struct pkt *p)
{
	return p->tuple.family == XLVS_IPV4 ? may_be_ours_in(p, XLVS_IPV4)
					    : may_be_ours_in(p, XLVS_IPV6);
}

/* A server of a NAT service; one of a service on every port is known by its address alone. */
static __always_inline bool is_server(const __be32 *addr, __be16 port, __u8 protocol, __u8 family)
{
	if (find_endpoint(addr, port, protocol, XLVS_ENDPOINT_SERVER, family))
		return true;
	return control.any_port && find_endpoint(addr, 0, protocol, XLVS_ENDPOINT_SERVER, family);
}

static __always_inline bool is_ftp_port(__be16 port)
{
	for (int i = 0; port && i < XLVS_FTP_PORTS; i++)
		if (control.ftp_ports[i] == port)
			return true;
	return false;
}

/*
 * The FTP service whose data connection a packet may belong to: of active mode to the port below
 * the service's, of passive mode to an unprivileged one. ip_vs_service_find() has the same rule.
 */
static __noinline bool find_ftp(struct pkt *p, __u32 *service)
{
	const struct xlvs_tuple *t = &p->tuple;
	const struct xlvs_endpoint *e;

	for (int i = 0; i < XLVS_FTP_PORTS && control.ftp_ports[i]; i++) {
		__be16 port = control.ftp_ports[i];

		if (bpf_ntohs(t->dport) < 1024 && bpf_ntohs(t->dport) + 1 != bpf_ntohs(port))
			continue;
		e = find_endpoint(t->daddr, port, IPPROTO_TCP, XLVS_ENDPOINT_SERVICE, t->family);
		if (!e)
			continue;
		*service = e->index;
		p->flags |= PKT_DATA_PORT;
		return true;
	}
	return false;
}

/* The service of a packet to a port that has none of its own: FTP's, or the one on every port. */
static __always_inline bool find_any_port(struct pkt *p, __u8 family, __u32 *service)
{
	const struct xlvs_tuple *t = &p->tuple;
	const struct xlvs_endpoint *e;

	if (!control.any_port)
		return false;
	if (t->protocol == IPPROTO_TCP && find_ftp(p, service))
		return true;
	e = find_endpoint(t->daddr, 0, t->protocol, XLVS_ENDPOINT_SERVICE, family);
	if (e)
		*service = e->index;
	return e;
}

/*
 * The service of a firewall mark, plus 1; 0 if there is none. Of packets that netfilter has marked
 * and that came back from the stack, by a veth: only tc sees the mark (see docs/lbctl.md).
 */
__noinline __u32 HOOKED(marked_service)(__u32 mark, __u8 family)
{
	__be32 addr[4] = { bpf_htonl(mark) };
	const struct xlvs_endpoint *e;

	e = find_endpoint(addr, 0, 0, XLVS_ENDPOINT_MARK,
			  family == XLVS_IPV4 ? XLVS_IPV4 : XLVS_IPV6);
	return e ? e->index + 1 : 0;
}

/* Whom a packet concerns. */
enum role {
	ROLE_NONE,
	ROLE_REQUEST, /* from a client to a VIP */
	ROLE_REPLY,   /* from a real server, NAT or FULLNAT */
};

/*
 * Exact service first, then a server's reply, then a service on every port:
 * a reply may carry any destination port, also one of a VIP's.
 */
static __always_inline enum role find_role_in(struct pkt *p, __u8 family, __u32 *service)
{
	const struct xlvs_tuple *t = &p->tuple;
	bool to_us = destination_bits(t->daddr, family);
	const struct xlvs_endpoint *e;

	/* A reply's destination is a client's, whose place in the table nobody has in a cache. */
	e = to_us && find_endpoint(t->daddr, 0, 0, XLVS_ENDPOINT_VIP, family)
		    ? find_endpoint(t->daddr, t->dport, t->protocol, XLVS_ENDPOINT_SERVICE, family)
		    : NULL;
	if (e) {
		*service = e->index;
		return ROLE_REQUEST;
	}
	if (is_server(t->saddr, t->sport, t->protocol, family) ||
	    (to_us && find_endpoint(t->daddr, 0, 0, XLVS_ENDPOINT_LOCAL, family)))
		return ROLE_REPLY;
	return find_any_port(p, family, service) ? ROLE_REQUEST : ROLE_NONE;
}

/* One branch here spares several in there. */
static __always_inline enum role find_role(struct pkt *p, __u32 *service)
{
	return p->tuple.family == XLVS_IPV4 ? find_role_in(p, XLVS_IPV4, service)
					    : find_role_in(p, XLVS_IPV6, service);
}

#endif
