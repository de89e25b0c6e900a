/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What every way of picking a server needs: the ring, and whether a server takes new connections.
 */
#ifndef XLVS_PICK_H
#define XLVS_PICK_H

#include "hash.h"
#include "state.h"

#define SCAN_SERVERS 65536 /* iterations of a loop over a ring, at most */

/* One search for a server; callbacks of bpf_loop get nothing else. */
struct choice {
	__u64 load;    /* of the least loaded so far */
	__u32 weight;  /* and its weight */
	__u32 server;  /* out: XLVS_RING_EMPTY if none */
	__u32 service; /* into services */
	__u32 offset;  /* of the ring */
	__u32 length;
	__u32 pick;    /* enum xlvs_pick */
	__u32 start;   /* entry that is asked first */
	__u32 skipped; /* out: entries that were asked in vain */
	__u32 hashed;  /* folded address plus port */
	__u32 pad;
	struct destination *set; /* lblc, lblcr */
};

static __always_inline __u32 ring_entry(const struct choice *c, __u32 index)
{
	const struct xlvs_ring_line *line = entry(&rings, (c->offset + index) >> 4);

	return line ? line->server[(c->offset + index) & 15] : XLVS_RING_EMPTY;
}

struct candidate {
	const struct xlvs_server *server;
	const struct xlvs_load *load;
};

/*
 * Whether a server takes new connections: in this service, weight not 0, below its threshold.
 * A ring that is exchanged together with its pick may be read by the wrong one for a moment; then
 * this keeps other services' servers out.
 */
static __always_inline bool usable(const struct choice *c, __u32 server, struct candidate *found)
{
	const struct xlvs_server *s = entry(&servers, server);
	const struct xlvs_load *load = entry(&server_load, server);

	if (!s || !load)
		return false;
	found->server = s;
	found->load = load;
	return s->service == c->service && s->flags & XLVS_SERVER_AVAILABLE && s->weight &&
	       !load->overloaded;
}

/* ip_vs_dest_conn_overhead(): an active connection weighs as much as 256 inactive ones. */
static __always_inline __u64 conn_overhead(const struct xlvs_load *load)
{
	return ((__u64)load_read(&load->active) << 8) + load_read(&load->inactive);
}

#endif
