/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * SCTP (RFC 9260) as far as a director reads it: ports, verification tag, and the type of the
 * first chunk, which is what moves a connection's state (ip_vs_proto_sctp.c).
 */
#ifndef XLVS_SCTP_H
#define XLVS_SCTP_H

#include "pkt.h"

struct sctp_header {
	__be16 source;
	__be16 dest;
	__be32 tag;
	__u32 checksum; /* CRC32c, the least significant byte first */
};

struct sctp_chunk {
	__u8 type;
	__u8 flags;
	__be16 length; /* with these four bytes, without padding */
};

enum sctp_chunk_type {
	SCTP_INIT = 1,
	SCTP_INIT_ACK = 2,
	SCTP_ABORT = 6,
	SCTP_SHUTDOWN = 7,
	SCTP_SHUTDOWN_ACK = 8,
	SCTP_ERROR = 9,
	SCTP_COOKIE_ECHO = 10,
	SCTP_COOKIE_ACK = 11,
	SCTP_SHUTDOWN_COMPLETE = 14,
};

/* Events of the state machine: names and order of IPVS (IP_VS_SCTP_*). */
enum sctp_event {
	SCTP_EVENT_DATA = 0, /* SACK, HEARTBEAT and unknown chunks too */
	SCTP_EVENT_INIT = 1,
	SCTP_EVENT_INIT_ACK = 2,
	SCTP_EVENT_COOKIE_ECHO = 3,
	SCTP_EVENT_COOKIE_ACK = 4,
	SCTP_EVENT_SHUTDOWN = 5,
	SCTP_EVENT_SHUTDOWN_ACK = 6,
	SCTP_EVENT_SHUTDOWN_COMPLETE = 7,
	SCTP_EVENT_ERROR = 8,
	SCTP_EVENT_ABORT = 9,
};

/*
 * An event as p->tcp_flags has it: 0 for data. Any other one has a bit besides that keeps it off
 * the fast way, as a FIN is kept (is_mid_flow()).
 */
static __always_inline __u8 sctp_flags(enum sctp_event event)
{
	return event == SCTP_EVENT_DATA ? 0 : event << 4 | TCP_FIN;
}

static __always_inline enum sctp_event sctp_event(const struct pkt *p)
{
	return p->tcp_flags >> 4;
}

/* Whether the packet can only come from who has the server's answer, if its tag is right. */
static __always_inline bool sctp_follows(const struct pkt *p)
{
	return sctp_event(p) != SCTP_EVENT_INIT && sctp_event(p) != SCTP_EVENT_ABORT;
}

#endif
