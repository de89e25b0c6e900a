/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * All tables, in the order in which a packet meets them. Capacities here are
 * those of a small director; the controller sets its own before loading.
 * "controller" and "data plane" say who writes.
 */
#ifndef XLVS_MAPS_H
#define XLVS_MAPS_H

#include "bpf.h"
#include "flow.h"
#include "ftp_types.h"

const volatile struct xlvs_settings settings __weak = {
	.abi_version = XLVS_ABI_VERSION,
	.cpus = 1,
	.jiffies_per_second = 250,
	.flow_line_mask = 1023,
	.bucket_mask = 1023,
	.servers = 1024,
	.services = 256,
	.icmp_per_second = 1000,
	.refresh_shift = 8,
	.local_port_first = 1024,
	.local_port_last = 65535,
	.one_way_limit = 32768,
};

#define MAP(name, map_type, capacity, value_type, extra_flags) \
	struct {                                               \
		__uint(type, map_type);                        \
		__uint(max_entries, capacity);                 \
		__uint(map_flags, extra_flags);                \
		__type(key, __u32);                            \
		__type(value, value_type);                     \
	} name SEC(".maps") __weak

#define TABLE(name, capacity, value_type) \
	MAP(name, BPF_MAP_TYPE_ARRAY, capacity, value_type, BPF_F_MMAPABLE)

#define KEYED(name, map_type, capacity, key_type, value_type) \
	struct {                                              \
		__uint(type, map_type);                       \
		__uint(max_entries, capacity);                \
		__type(key, key_type);                        \
		__type(value, value_type);                    \
	} name SEC(".maps") __weak

/* Of a fixed size and met by every hit: variables, found without a look-up (xlvs_data.bpf.c). */
extern struct xlvs_control control; /* controller; read by every packet */
extern __u32 epochs[XLVS_EPOCHS];   /* both: the controller bumps all of them at a route change */

/* controller; read by every packet */
TABLE(service_table, 2048, struct xlvs_bucket); /* two copies */

/* data plane; copies of decisions, a slice per CPU */
TABLE(flow_cache, 1024, struct flow4_line);
TABLE(flow6_cache, 1024, struct flow6);

/* controller */
TABLE(services, 256, struct xlvs_service);
TABLE(servers, 1024, struct xlvs_server);
TABLE(rings, 4096, struct xlvs_ring_line);
TABLE(local_addresses, 256, struct xlvs_local_address);
TABLE(next_hops, XLVS_CLIENT_HOPS + 1024, struct xlvs_next_hop);
KEYED(devices, BPF_MAP_TYPE_HASH, 256, __u32, struct xlvs_device);
KEYED(tx_ports, BPF_MAP_TYPE_DEVMAP_HASH, 256, __u32, __u32);

/* data plane */
KEYED(connections, BPF_MAP_TYPE_HASH, 65536, struct xlvs_tuple, struct xlvs_conn);
KEYED(replies, BPF_MAP_TYPE_HASH, 65536, struct xlvs_tuple, struct xlvs_tuple);
TABLE(one_way, 1, __s32); /* entries of connections whose answers are never seen: UDP of DR, TUN */
KEYED(half_open, BPF_MAP_TYPE_LRU_HASH, 16384, struct xlvs_tuple, struct xlvs_conn);
KEYED(half_replies, BPF_MAP_TYPE_LRU_HASH, 16384, struct xlvs_tuple, struct xlvs_tuple);
KEYED(templates, BPF_MAP_TYPE_HASH, 16384, struct xlvs_tuple, struct xlvs_template);
KEYED(half_templates, BPF_MAP_TYPE_LRU_HASH, 16384, struct xlvs_tuple, struct xlvs_template);
KEYED(call_ids, BPF_MAP_TYPE_LRU_HASH, 16384, struct xlvs_tuple, struct xlvs_call_id);
KEYED(fragments, BPF_MAP_TYPE_LRU_HASH, 4096, struct xlvs_fragment_key, struct xlvs_fragment);
KEYED(client_hops, BPF_MAP_TYPE_HASH, XLVS_CLIENT_HOPS, struct xlvs_hop_key, __u32);
KEYED(ring_records, BPF_MAP_TYPE_HASH, 16384, struct xlvs_ring_record_key, struct xlvs_ring_record);
TABLE(service_state, 256, struct xlvs_service_state);
TABLE(server_load, 1024, struct xlvs_load);
TABLE(server_busy, 1024, __u32); /* the period in which a packet last took the slow way */
TABLE(server_stats, 1024, struct xlvs_stats); /* a slice per CPU */
TABLE(reasons, XLVS_REASONS, __u64);          /* a slice per CPU */

/* The packet that an ICMP error quotes. */
struct quoted {
	struct xlvs_tuple tuple;
	__u32 l3;
	__u32 l4;
};

/* The addresses of an ICMP error and of what it quotes, as they shall be. */
struct relay {
	__be32 saddr[4];
	__be32 daddr[4];
	struct xlvs_tuple quoted;
};

/* destinations: the servers that lblc and lblcr have given to a destination. */
struct destination_key {
	__u32 service;
	__u32 generation; /* of the service */
	__be32 addr[4];
};

#define DESTINATION_MEMBERS 32

/* A server index of XLVS_RING_EMPTY is a gap. */
struct destination_member {
	__u32 server;
	__u32 generation; /* of the server */
};

struct destination {
	__u64 last_used; /* jiffies */
	__u64 changed;   /* jiffies */
	__u32 inserted; /* so many in all; the last DESTINATION_MEMBERS are there, at their number's
			 * place
			 */
	__u32 pad;
	struct destination_member member[DESTINATION_MEMBERS];
};

/* As many as ip_vs_lblc.c keeps of one service; those used longest ago make room. */
KEYED(destinations, BPF_MAP_TYPE_LRU_HASH, 16384, struct destination_key, struct destination);

/* How much of a datagram is searched for a Call-ID: more than a frame of 1500 bytes holds. */
#define SIP_BYTES 2048

/* A search for a Call-ID: see sip.h. */
struct sip_walk {
	__u32 length;  /* of what is searched */
	__u32 phase;   /* enum sip_phase */
	__u32 matched; /* bytes of the name */
	__u32 resume;  /* bytes before this one are passed over */
	__u32 begin;   /* of the value */
	__u32 host;    /* of what is behind its @ */
	__u32 end;     /* out: of the value; 0: there is none */
	__u32 colon;   /* whether it has been seen */
};

/* Those used longest ago make room: such a connection is read again from its next line on. */
KEYED(ftp_controls, BPF_MAP_TYPE_LRU_HASH, 16384, struct xlvs_tuple, struct ftp_control);

/* Room for what does not fit the stack; one packet at a time on a CPU. */
struct scratch {
	struct xlvs_conn conn;     /* being made or promoted */
	struct xlvs_tuple reply;   /* its server's tuple */
	struct xlvs_tuple client;  /* the connection at hand */
	struct xlvs_tuple older;   /* another connection that stands in its way */
	struct xlvs_tuple related; /* its FTP control or data connection */
	struct xlvs_next_hop way;  /* back to that client */
	__u32 kept_way;            /* its index, if the connection had kept it */
	__u32 pad;
	struct quoted quoted;
	struct relay relay;
	struct destination_key destination_key;
	struct destination destination;
	__u8 bytes[640];
	__u64 call_hash; /* of the datagram's Call-ID */
	struct xlvs_call_id call;
	struct sip_walk walk;
	__u8 sip[SIP_BYTES];
	struct ftp_expected expected;
	struct ftp_room ftp;
	struct xlvs_ring_record_key flow; /* ring first */
	struct xlvs_ring_record shown;
};

MAP(scratch, BPF_MAP_TYPE_PERCPU_ARRAY, 1, struct scratch, 0);

struct icmp_budget {
	__u64 second; /* jiffies / jiffies_per_second */
	__u32 sent;
	__u32 pad;
};

MAP(icmp_budget, BPF_MAP_TYPE_PERCPU_ARRAY, 1, struct icmp_budget, 0);

/* An entry by its index: inlined by the kernel for arrays. */
static __always_inline void *entry(void *map, __u32 index)
{
	return bpf_map_lookup_elem(map, &index);
}

#endif
