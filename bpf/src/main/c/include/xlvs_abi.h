/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The contract between the data plane and its controller: every map key, map
 * value and constant, once; what the controller sets and calls is in
 * xlvs_control.h. The Java mirror is io.xlvs.bpf; AbiLayoutTest compares the two
 * through BTF, in both directions.
 *
 * Addresses and ports are in network order (__be32, __be16). An address is four
 * words; IPv4 uses the first and leaves the others zero. Padding is named and
 * always zero, because hash maps compare it.
 */
#ifndef XLVS_ABI_H
#define XLVS_ABI_H

#include <linux/types.h>

#include "xlvs_enums.h"
#include "xlvs_reason.h"

/* Opposite ways and addresses of a packet, as the packet itself carries them. */
struct xlvs_tuple {
	__be32 saddr[4];
	__be32 daddr[4];
	__be16 sport;
	__be16 dport;
	__u8 protocol; /* IPPROTO_* */
	__u8 family;   /* enum xlvs_family */
	__u16 pad;
};

/* 28 bytes; kind 0 means free. */
struct xlvs_endpoint {
	__be32 addr[4];
	__be16 port;
	__u8 protocol;
	__u8 kind;   /* enum xlvs_endpoint_kind */
	__u8 family; /* enum xlvs_family */
	__u8 pad[3];
	__u32 index; /* XLVS_ENDPOINT_SERVICE: into services; others 0 */
};

#define XLVS_BUCKET_WAYS 2

/*
 * One line of service_table. An endpoint lies in the bucket of its first hash,
 * or, if that is full, in the bucket of its second; then `overflow` of the
 * first is not zero. Both hashes: xlvs_endpoint_hash() in service.h.
 */
struct xlvs_bucket {
	struct xlvs_endpoint way[XLVS_BUCKET_WAYS];
	__u32 overflow; /* endpoints whose first bucket this is and that lie elsewhere */
	__u32 pad;
};

/* Region of rings or local_addresses, read and written as one aligned 64-bit word. */
struct xlvs_region {
	__u32 offset; /* in entries */
	__u32 length; /* in entries; 0: none */
};

struct xlvs_service {
	struct xlvs_region ring; /* of rings: server indices; RING_FIRST: struct xlvs_place */
	struct xlvs_region local_addresses;
	__be32 vip[4]; /* XLVS_SERVICE_MARK: the mark, as an address whose first word it is */
	__be16 port;   /* XLVS_SERVICE_MARK: 0, like protocol */
	__u8 protocol;
	__u8 family;
	__u32 flags;      /* enum xlvs_service_flag */
	__u32 pick;       /* enum xlvs_pick */
	__u32 generation; /* changes when the service is another one, or picks by another rule */
	__u32 persistence_seconds;
	__u32 pad0;
	__be32 persistence_mask[4];
	__u32 tcp_timeout; /* jiffies, in place of xlvs_control.timeouts; 0: as there */
	__u32 tcp_fin_timeout;
	__u32 udp_timeout;
	__u8 pad[44];
};

/* First line: read for each packet. Second: for new connections. */
struct xlvs_server {
	__be32 addr[4]; /* RIP */
	__be16 port;    /* as configured; 0: none */
	__u8 family;
	__u8 method;             /* enum xlvs_method, for new connections */
	__u32 flags;             /* enum xlvs_server_flag */
	__u32 next_hop;          /* into next_hops */
	__u32 service;           /* into services */
	__u32 generation;        /* changes when the index is given to another server */
	__u8 tunnel;             /* enum xlvs_tunnel */
	__u8 tunnel_flags;       /* enum xlvs_tunnel_flag */
	__be16 tunnel_port;      /* UDP port of XLVS_TUNNEL_GUE */
	__be32 tunnel_source[4]; /* the director's address towards this server; family: `family` */
	__be16 to_port;          /* where NAT and FULLNAT send; 0: the packet's own */
	__u8 pad0[6];
	__u32 weight;
	__u32 upper_threshold; /* connections; 0: none */
	__u32 lower_threshold;
	__u8 pad[52];
};

/*
 * A way out. Index 0 is never resolved. Entries below XLVS_CLIENT_HOPS are the
 * data plane's own (clients, learnt from the routing table, found through
 * client_hops); the controller's (real servers) follow.
 */
struct xlvs_next_hop {
	__u8 destination_mac[6];
	__u8 source_mac[6];
	__u32 transmit_ifindex; /* where XDP sends: the physical device of a VLAN */
	__u32 ifindex;          /* where the routing table points */
	__u32 mtu;              /* largest IP packet */
	__u16 flags;            /* enum xlvs_next_hop_flag */
	__be16 vlan;            /* tag (TCI) to add, 0: none */
	__be32 gateway[4];      /* neighbour's address, for bpf_redirect_neigh */
	__u8 gateway_family;
	__u8 pad[19];
};

#define XLVS_CLIENT_HOPS 65536

/* client_hops: where a client's next hop is kept. */
struct xlvs_hop_key {
	__u32 ifindex;
	__u8 destination_mac[6];
	__u16 pad;
};

/* devices: what transmit needs to know of an interface by its index. */
struct xlvs_device {
	__u32 transmit_ifindex;
	__u32 mtu;
	__u16 flags; /* enum xlvs_next_hop_flag: VIA_STACK */
	__be16 vlan;
};

/* connections, half_open: the truth about a connection, under the client's tuple. */
struct xlvs_conn {
	__u64 last_seen;  /* jiffies */
	__u32 server;     /* into servers */
	__u32 generation; /* of the server */
	__u32 service;    /* into services */
	__u32 timeout;    /* jiffies */
	__u16 state; /* enum xlvs_state; with method and flags one word, changed by compare-and-swap
		      */
	__u8 method; /* enum xlvs_method: kept though the server be edited */
	__u8 flags;  /* enum xlvs_conn_flag */
	/*
	 * Half open. TCP: the acknowledgement that proves the handshake, host order, 0: unknown.
	 * UDP of DR and TUN: in how many periods (see refresh_shift) after its first it was used.
	 * SCTP: the server's verification tag, as on the wire, 0: unknown.
	 * In connections: since when it is there, in seconds of the jiffies' clock.
	 */
	__u32 proof;
	__be32 local_addr[4]; /* FULLNAT: LIP */
	__be16 local_port;
	__be16 server_port;
	__u32 local_index; /* of local_addr in local_addresses */
	/*
	 * XLVS_CONN_TEMPLATE_HELD: what its template's key has, beside the service.
	 * XLVS_CONN_CONTROLLED: what its control connection's key has, beside the addresses:
	 * template_port is its dport, template_mask its sport.
	 */
	__be16 template_port;   /* dport */
	__u8 template_protocol; /* 0: of a firewall mark */
	__u8 pad;
	__u32 template_mask; /* of the client. IPv4: netmask; IPv6: prefix length */
	/*
	 * NAT, FULLNAT: the way back to the client, so that replies which the flow cache has lost
	 * need not ask the routing table. A copy like those of the cache, one word: index into
	 * next_hops (0: none), epoch << 16, last period in which it counts << 32.
	 */
	__u64 client_way;
};

/* The variable `epochs`: words that guard copies of decisions, each for a share of all connections. */
#define XLVS_EPOCHS 65536

/* fragments: ports of a datagram's first fragment. */
struct xlvs_fragment_key {
	__be32 saddr[4];
	__be32 daddr[4];
	__be32 id;
	__u8 protocol;
	__u8 family;
	__u16 pad;
};

struct xlvs_fragment {
	__be16 sport;
	__be16 dport;
	__u8 protocol; /* IPPROTO_* of the transport header */
	__u8 pad[3];
	__u64 seen; /* jiffies */
};

/*
 * templates, half_templates: a persistent client's server. Client masked; dport 0: every port of
 * the VIP. Of a firewall mark: daddr as xlvs_service.vip, ports and protocol 0, so that all its
 * VIPs, ports and protocols share one (ip_vs_sched_persist()). Of persistence engine sip: sport
 * XLVS_CALL_TEMPLATE, and saddr a hash of the client and the Call-ID, which call_ids has.
 */
struct xlvs_template {
	__u64 last_seen; /* jiffies */
	__u32 server;
	__u32 generation;
	__u32 service;
	__u32 timeout;     /* jiffies */
	__u32 connections; /* open ones that hold it */
	__u32 pad;
};

/* A template's sport, in host order, where its saddr is a hash. */
#define XLVS_CALL_TEMPLATE 1

#define XLVS_CALL_ID_BYTES 256

/*
 * call_ids, under a template's key: what its saddr was made of, for whoever lists it. One that was
 * displaced by newer ones is missed by listings alone.
 */
struct xlvs_call_id {
	__be32 client[4];              /* masked */
	__u8 text[XLVS_CALL_ID_BYTES]; /* ends at the first zero */
};

/* server_stats[cpu * servers + server] */
struct xlvs_stats {
	__u64 connections;
	__u64 in_packets;
	__u64 out_packets;
	__u64 in_bytes; /* from the IP header on */
	__u64 out_bytes;
	__u64 pad[3];
};

/*
 * Periods are numbered modulo 65536 (see refresh_shift): what the flow cache knows is fresh for
 * fewer than so many, and stale in all others.
 */
#define XLVS_FRESH_PERIODS 64

/* server_load[server]: connections as IPVS counts them; shared, atomic. The first two may be below
 * zero between two sweeps: readers take that for 0. */
struct xlvs_load {
	__u32 active;
	__u32 inactive;
	__u32 persistent; /* templates */
	__u32 overloaded; /* 1 from the upper threshold until the lower one: ipvsadm(8), -x, -y */
};

/* service_state[service]: what the scheduler keeps between connections. */
struct xlvs_service_state {
	__u64 counter;    /* XLVS_PICK_NEXT: next entry is counter % length */
	__u64 unrecorded; /* XLVS_SERVICE_RING_FIRST: packets whose flow could not be recorded */
	__u64 pad[6];
};

/* A local address of a FULLNAT service. */
struct xlvs_local_address {
	__be32 addr[4];
	__u8 family;
	__u8 pad[3];
	__u32 next_port; /* where the search for a free port goes on; a hint */
};

/* One line of rings: server indices. Entry n: line n / 16, word n % 16. */
struct xlvs_ring_line {
	__u32 server[16];
};

/* Entry of a ring that names no server: the client is refused. */
#define XLVS_RING_EMPTY 0xffffffffU

#endif
