// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Floor D, the least that a balancer costs for a new connection which keeps
 * handshakes apart from established connections: floor B's cache for established
 * ones, behind it hash tables of the kernel. A SYN makes a half-open entry, claims
 * the server's tuple (NAT, FULLNAT) and counts; the acknowledgement moves both to
 * where nothing is evicted. IPv4, TCP. No options but FULLNAT's TOA, no time-outs,
 * no scheduling, no routing look-up.
 */
#include "floor_cache.h"
#include "floor_flow.h"

struct conn {
	__u64 last_seen; /* jiffies */
	__u32 server;
	__u32 state; /* 1: established */
	__u32 proof; /* of the handshake, host order; 0: unknown */
	__be32 local;
	__be16 local_port;
	__u16 pad;
	__u32 generation;
};

TABLE(established, BPF_MAP_TYPE_HASH, 1 << 20, struct key4, struct conn);
TABLE(replies, BPF_MAP_TYPE_HASH, 1 << 20, struct key4, struct key4);
TABLE(half_open, BPF_MAP_TYPE_LRU_HASH, 1 << 18, struct key4, struct conn);
TABLE(half_replies, BPF_MAP_TYPE_LRU_HASH, 1 << 18, struct key4, struct key4);

/* The local addresses of a server's service: consecutive ones. */
struct local {
	__u32 first; /* host order */
	__u32 addresses;
	__u32 next;
};

#define FIRST_LOCAL_PORT 1024
#define LOCAL_PORTS (65536 - FIRST_LOCAL_PORT)

ARRAY(locals, 1024, struct local);
ARRAY(active, 1024, __u32);    /* connections of a server: shared, atomic */
ARRAY(begun, 2 * 1024, __u64); /* the same since ever: a slice per CPU */

#define TCP_FIN 1
#define TCP_SYN 2
#define TCP_RST 4
#define TCP_ACK 16
#define TOA_BYTES 8

static __always_inline __u8 tcp_flags(const struct packet4 *p)
{
	return ((const __u8 *)&p->l4)[13];
}

static __always_inline void client_key(const struct packet4 *p, struct key4 *key)
{
	key->saddr = p->ip.saddr;
	key->daddr = p->ip.daddr;
	key->sport = p->l4.source;
	key->dport = p->l4.dest;
	key->protocol = p->ip.protocol;
}

/* The server's tuple, as its answers carry it. */
static __always_inline void reply_key(const struct key4 *client, const struct conn *conn, const struct endpoint *e,
				      struct key4 *reply)
{
	bool fullnat = e->method == 1 + FULLNAT_IN;

	reply->saddr = e->to;
	reply->daddr = fullnat ? conn->local : client->saddr;
	reply->sport = e->to_port;
	reply->dport = fullnat ? conn->local_port : client->sport;
	reply->protocol = client->protocol;
}

/* NAT: unless an established connection of another client has the tuple. */
static __always_inline int claim_reply(const struct key4 *client, const struct key4 *reply)
{
	if (bpf_map_lookup_elem(&replies, reply))
		return -1;
	return bpf_map_update_elem(&half_replies, reply, client, BPF_ANY);
}

/* FULLNAT: the next port of the next address, if it is free. */
static __always_inline int claim_local(const struct key4 *client, struct conn *conn, const struct endpoint *e,
				       struct key4 *reply)
{
	struct local *local = at(&locals, e->server);
	__u32 position;

	if (!local || !local->addresses)
		return -1;
	position = __sync_fetch_and_add(&local->next, 1);
	conn->local = bpf_htonl(local->first + position % local->addresses);
	conn->local_port = bpf_htons(FIRST_LOCAL_PORT + position / local->addresses % LOCAL_PORTS);
	reply_key(client, conn, e, reply);
	if (bpf_map_lookup_elem(&replies, reply))
		return -1;
	return bpf_map_update_elem(&half_replies, reply, client, BPF_NOEXIST);
}

static __always_inline int begin(const struct key4 *client, struct conn *conn, const struct endpoint *e)
{
	__u64 *begins = at(&begun, bpf_get_smp_processor_id() * 1024 + e->server);
	__u32 *count = at(&active, e->server);
	struct key4 reply;

	if (!count || !begins)
		return -1;
	conn->last_seen = bpf_jiffies64();
	conn->server = e->server;
	if (e->method == 1 + NAT_IN) {
		reply_key(client, conn, e, &reply);
		if (claim_reply(client, &reply))
			return -1;
	} else if (e->method == 1 + FULLNAT_IN && claim_local(client, conn, e, &reply)) {
		return -1;
	}
	if (bpf_map_update_elem(&half_open, client, conn, BPF_NOEXIST))
		return -1;
	__sync_fetch_and_add(count, 1);
	*begins += 1;
	return 0;
}

/* Whether a client's packet completes the handshake. */
static __always_inline bool proves(const struct packet4 *p, const struct conn *half, const struct endpoint *e)
{
	if ((tcp_flags(p) & (TCP_SYN | TCP_RST | TCP_ACK)) != TCP_ACK)
		return false;
	return e->method < 1 + NAT_IN || (half->proof && bpf_ntohl(p->l4.ack_seq) - half->proof < 1U << 30);
}

static __always_inline int promote(const struct key4 *client, struct conn *conn, const struct endpoint *e)
{
	bool paired = e->method >= 1 + NAT_IN;
	struct key4 reply;

	conn->state = 1;
	conn->last_seen = bpf_jiffies64();
	if (paired) {
		reply_key(client, conn, e, &reply);
		if (bpf_map_update_elem(&replies, &reply, client, BPF_NOEXIST))
			return -1;
	}
	if (bpf_map_update_elem(&established, client, conn, BPF_NOEXIST))
		return -1;
	bpf_map_delete_elem(&half_open, client);
	if (paired)
		bpf_map_delete_elem(&half_replies, &reply);
	return 0;
}

/* FULLNAT: the option that names the client, right behind the fixed header (which is all there is). */
static __always_inline int add_toa(struct xdp_md *ctx, const struct key4 *client)
{
	void *from = (void *)(long)ctx->data + sizeof(struct ethhdr);
	__be32 option[2] = { bpf_htonl(254 << 24 | TOA_BYTES << 16 | bpf_ntohs(client->sport)), client->saddr };
	struct packet4 moved, *p;
	__u16 length;

	if (from + sizeof(moved) > (void *)(long)ctx->data_end)
		return -1;
	__builtin_memcpy(&moved, from, sizeof(moved));
	if (bpf_xdp_adjust_head(ctx, -TOA_BYTES))
		return -1;
	p = (void *)(long)ctx->data + sizeof(struct ethhdr);
	if ((void *)(p + 1) + TOA_BYTES > (void *)(long)ctx->data_end)
		return -1;
	__builtin_memcpy(p, &moved, sizeof(moved));
	__builtin_memcpy(p + 1, option, sizeof(option));
	length = bpf_ntohs(moved.ip.tot_len);
	p->ip.tot_len = bpf_htons(length + TOA_BYTES);
	csum_change(&p->ip.check, word_diff(moved.ip.tot_len, p->ip.tot_len));
	p->l4.doff = 5 + TOA_BYTES / 4;
	csum_change(&p->l4.check, (__u64)option[0] + option[1] +
					  word_diff(bpf_htons(0x5000), bpf_htons(0x7000)) +
					  word_diff(bpf_htons(length), bpf_htons(length + TOA_BYTES)));
	return 0;
}

static __always_inline int send(struct xdp_md *ctx, struct packet4 *p, const struct server *s, __u8 method)
{
	if (method == 1 + TUN && push4(ctx, &p->ip, s))
		return XDP_ABORTED;
	return link_layer(ctx, s, bpf_htons(ETH_P_IP));
}

/* A client's packet that the cache does not know. */
static __always_inline int request(struct xdp_md *ctx, struct packet4 *p, const struct endpoint *e, __u64 hash)
{
	struct conn fresh = {}, *conn, *half;
	bool established_now;
	const struct server *s;
	struct line *line;
	struct way way;
	struct key4 key;
	struct flow flow = {};

	client_key(p, &key);
	conn = bpf_map_lookup_elem(&established, &key);
	established_now = conn;
	if (conn) {
		conn->last_seen = bpf_jiffies64();
	} else if (tcp_flags(p) & TCP_SYN) {
		conn = &fresh;
		if (begin(&key, conn, e))
			return XDP_DROP;
	} else {
		half = bpf_map_lookup_elem(&half_open, &key);
		if (!half)
			return XDP_PASS;
		fresh = *half;
		conn = &fresh;
		if (proves(p, half, e)) {
			if (promote(&key, conn, e))
				return XDP_DROP;
			established_now = true;
		}
	}
	s = tally(conn->server, bpf_ntohs(p->ip.tot_len));
	if (!s)
		return XDP_ABORTED;
	if (e->method == 1 + FULLNAT_IN) {
		flow.saddr[0] = conn->local;
		flow.sport = conn->local_port;
		flow.daddr[0] = e->to;
		flow.dport = e->to_port;
		translate4(p, &flow, FULLNAT_IN);
		if (established_now && add_toa(ctx, &key))
			return XDP_ABORTED;
		return link_layer(ctx, s, bpf_htons(ETH_P_IP));
	}
	line = line_of(hash);
	if (!line)
		return XDP_ABORTED;
	if (established_now) {
		rewrite(p, keep_way(line, p, e, hash));
	} else {
		make(&way, p, e, e->server, 0);
		rewrite(p, &way);
	}
	return send(ctx, p, s, e->method);
}

/* A server's packet: NAT, FULLNAT. Without a cache, since the exchange has one of them only. */
static __always_inline int reply(struct xdp_md *ctx, struct packet4 *p, const struct endpoint *e)
{
	const struct server *s;
	struct flow flow = {};
	struct key4 key, *found, client;
	struct conn *conn;

	client_key(p, &key);
	found = bpf_map_lookup_elem(&replies, &key) ?: bpf_map_lookup_elem(&half_replies, &key);
	if (!found)
		return XDP_PASS;
	client = *found;
	conn = bpf_map_lookup_elem(&half_open, &client) ?: bpf_map_lookup_elem(&established, &client);
	if (!conn)
		return XDP_PASS;
	if (tcp_flags(p) & TCP_SYN)
		conn->proof = bpf_ntohl(p->l4.seq) + 1;
	conn->last_seen = bpf_jiffies64();
	s = tally(conn->server, bpf_ntohs(p->ip.tot_len));
	if (!s)
		return XDP_ABORTED;
	flow.saddr[0] = client.daddr;
	flow.sport = client.dport;
	flow.daddr[0] = client.saddr;
	flow.dport = client.sport;
	translate4(p, &flow, e->method == 1 + FULLNAT_OUT ? FULLNAT_OUT : NAT_OUT);
	return link_layer(ctx, s, bpf_htons(ETH_P_IP));
}

SEC("xdp.frags")
int floor_d(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct packet4 *p = (void *)(eth + 1);
	const struct endpoint *e;
	const struct server *s;
	struct line *line;
	struct way *w;
	__u64 hash = 0;

	if ((void *)(p + 1) > (void *)(long)ctx->data_end || eth->h_proto != bpf_htons(ETH_P_IP) || p->ip.ihl != 5 ||
	    p->ip.frag_off & bpf_htons(0x3fff) || p->ip.protocol != IPPROTO_TCP)
		return XDP_PASS;
	hash = way_hash(p);
	if (!(tcp_flags(p) & (TCP_SYN | TCP_FIN | TCP_RST))) {
		line = line_of(hash);
		w = line ? find_way(line, p) : NULL;
		s = w ? tally(w->server, bpf_ntohs(p->ip.tot_len)) : NULL;
		if (s) {
			rewrite(p, w);
			return send(ctx, p, s, w->method);
		}
	}
	e = find_endpoint(p->ip.daddr, p->l4.dest, p->ip.protocol);
	if (e)
		return request(ctx, p, e, hash);
	e = find_endpoint(p->ip.saddr, p->l4.source, p->ip.protocol) ?: find_endpoint(p->ip.daddr, 0, 0);
	return e ? reply(ctx, p, e) : XDP_PASS;
}

/* What has come together in the tables, and is taken out: between two turns, not timed. */
struct wipe {
	__u64 established;
	__u64 replies;
	__u64 half_open;
	__u64 half_replies;
};

#define WIPE(table)                                                                      	static long wipe_##table(void *map, const void *key, void *value, struct wipe *w) 	{                                                                                 		w->table += !bpf_map_delete_elem(&table, key);                            		return 0;                                                                 	}

WIPE(established)
WIPE(replies)
WIPE(half_open)
WIPE(half_replies)

SEC("syscall")
int wipe(struct wipe *out)
{
	struct wipe w = {};

	bpf_for_each_map_elem(&established, wipe_established, &w, 0);
	bpf_for_each_map_elem(&replies, wipe_replies, &w, 0);
	bpf_for_each_map_elem(&half_open, wipe_half_open, &w, 0);
	bpf_for_each_map_elem(&half_replies, wipe_half_replies, &w, 0);
	*out = w;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
