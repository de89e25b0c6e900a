/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The part of the contract (xlvs_abi.h) that is the controller's to say: settings
 * at load, the control word while packets flow, and its calls.
 */
#ifndef XLVS_CONTROL_H
#define XLVS_CONTROL_H

#include "xlvs_abi.h"

#define XLVS_FILTER_WORDS 1024

/* As many as the kernel's ip_vs_ftp takes: IP_VS_APP_MAX_PORTS. */
#define XLVS_FTP_PORTS 8

/* The variable `control`: what the controller changes while packets flow. */
struct xlvs_control {
	__u32 table_copy; /* 0 or 1: which half of service_table readers use */
	__u32 any_port;   /* services with port 0, of marks, of FTP: see find_any_port() */
	__u32 timeouts[XLVS_STATES]; /* jiffies, both directions seen */
	__u32 next_client_hop;       /* next free index below XLVS_CLIENT_HOPS */
	__u32 sysctls;               /* enum xlvs_sysctl */
	__u32 lblc_expiration;       /* jiffies, as the kernel's sysctl */
	__u32 lblcr_expiration;
	__be16 ftp_ports[XLVS_FTP_PORTS]; /* of control connections; 0 ends the list */
	/*
	 * A bit for each address of service_table, at address_bit() in hash.h.
	 * They let a packet that is not ours leave without a look-up; one too many
	 * costs time only, so that none is ever taken back.
	 */
	/* VIPs, local addresses: two bits each, at twice address_bit(), for a packet needs both; the
	 * second is that of VIPs with services that are XLVS_SERVICE_RING_FIRST. */
	__u64 destinations[2 * XLVS_FILTER_WORDS];
	__u64 sources[XLVS_FILTER_WORDS]; /* real servers */
};

/* Context of the syscall program xlvs_sweep: expires what has been idle too long and recounts
 * server_load. */
struct xlvs_sweep {
	__u32 connections; /* out: live entries of each table */
	__u32 half_open;
	__u32 templates;
	__u32 expired; /* out: entries removed by this sweep */
	/* in: 1: no server's slot has gone to another since a sweep with 0, so that every server's
	 * tuple has its connection and need not be asked, which takes most of the time. */
	__u32 skip_replies;
};

/*
 * deletions: an entry that xlvs_delete shall remove if it still is as the
 * controller has read it.
 */
struct xlvs_deletion {
	struct xlvs_tuple key;
	__u64 last_seen; /* as read, like server, generation and state (templates: 0) */
	__u32 server;
	__u32 generation;
	__u32 state;
	__u32 table;   /* enum xlvs_deletion_table */
	__u32 outcome; /* out: enum xlvs_deletion_outcome */
	__u32 pad;
};

/* How many xlvs_delete takes at once. */
#define XLVS_DELETIONS 1024

/* Context of the syscall program xlvs_delete: works off the first entries of deletions. */
struct xlvs_delete {
	__u32 count;   /* how many; at most XLVS_DELETIONS */
	__u32 deleted; /* out: so many of them were removed */
};

/* Context of the syscall program xlvs_jiffies. */
struct xlvs_clock {
	__u64 jiffies; /* out */
};

/*
 * settings (.rodata): fixed at load. Masks are capacity - 1 of powers of two.
 */
struct xlvs_settings {
	__u32 abi_version;
	__u32 cpus; /* possible CPUs: slices of per-CPU tables */
	__u32 jiffies_per_second;
	__u32 hash_seed;      /* random, so that nobody can aim at a bucket */
	__u32 flow_line_mask; /* lines of one CPU's slice of flow_cache */
	__u32 bucket_mask;    /* buckets of one copy of service_table */
	__u32 servers;        /* capacity: stride of server_stats */
	__u32 services;
	__u32 icmp_per_second;  /* ICMP errors that one CPU may send */
	__u32 refresh_shift;    /* a period of the flow cache is 2^shift jiffies: about 1 s */
	__u32 local_port_first; /* FULLNAT's port range, host order, inclusive */
	__u32 local_port_last;
	__u32 one_way_limit; /* most entries of connections for UDP of DR and TUN */
};

#endif
