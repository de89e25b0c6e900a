/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What a director reads of an SCTP packet. */
#ifndef XLVS_PARSE_SCTP_H
#define XLVS_PARSE_SCTP_H

#include "sctp.h"

static __always_inline enum sctp_event chunk_event(__u8 type)
{
	switch (type) {
	case SCTP_INIT:
		return SCTP_EVENT_INIT;
	case SCTP_INIT_ACK:
		return SCTP_EVENT_INIT_ACK;
	case SCTP_ABORT:
		return SCTP_EVENT_ABORT;
	case SCTP_SHUTDOWN:
		return SCTP_EVENT_SHUTDOWN;
	case SCTP_SHUTDOWN_ACK:
		return SCTP_EVENT_SHUTDOWN_ACK;
	case SCTP_ERROR:
		return SCTP_EVENT_ERROR;
	case SCTP_COOKIE_ECHO:
		return SCTP_EVENT_COOKIE_ECHO;
	case SCTP_COOKIE_ACK:
		return SCTP_EVENT_COOKIE_ACK;
	case SCTP_SHUTDOWN_COMPLETE:
		return SCTP_EVENT_SHUTDOWN_COMPLETE;
	default:
		return SCTP_EVENT_DATA;
	}
}

/* Whether an ABORT is bundled behind the first chunk, a cookie: set_sctp_state() of IPVS. */
static __always_inline bool abort_follows(hook_t *ctx, const struct pkt *p,
					  const struct sctp_chunk *first)
{
	__u32 length = bpf_ntohs(first->length);
	__u32 offset = p->l4 + sizeof(struct sctp_header) + ((length + 3) & ~3);
	struct sctp_chunk next;

	if (length < sizeof(*first) || offset + sizeof(next) > p->l3 + p->length)
		return false;
	return !hook_load(ctx, offset, &next, sizeof(next)) && next.type == SCTP_ABORT;
}

/* An INIT ACK's first word: the tag that its sender wants to see in whatever it is sent. */
static __always_inline void sctp_learn_tag(hook_t *ctx, const struct pkt *p, struct xlvs_conn *conn)
{
	const __be32 *tag;

	if (sctp_event(p) != SCTP_EVENT_INIT_ACK)
		return;
	tag = header_at(ctx, p->l4 + sizeof(struct sctp_header) + sizeof(struct sctp_chunk),
			sizeof(*tag));
	if (tag)
		conn->proof = *tag;
}

/* A packet has a chunk at least; what is behind the first is not judged. */
__noinline verdict HOOKED(parse_sctp)(hook_t *ctx, struct pkt *p)
{
	struct sctp_header *sctp;
	struct sctp_chunk *chunk;
	enum sctp_event event;

	if (!p)
		return PASS;
	if (p->length < p->l4 - p->l3 + sizeof(*sctp) + sizeof(*chunk))
		return pass_because(XLVS_REASON_BAD_LENGTH);
	sctp = header_at(ctx, p->l4, sizeof(*sctp) + sizeof(*chunk));
	if (!sctp)
		return pass_because(XLVS_REASON_TRUNCATED);
	chunk = (struct sctp_chunk *)(sctp + 1);
	p->tuple.sport = sctp->source;
	p->tuple.dport = sctp->dest;
	p->ack = sctp->tag;
	event = chunk_event(chunk->type);
	if ((event == SCTP_EVENT_COOKIE_ECHO || event == SCTP_EVENT_COOKIE_ACK) &&
	    abort_follows(ctx, p, chunk))
		event = SCTP_EVENT_ABORT;
	p->tcp_flags = sctp_flags(event);
	return CONTINUE;
}

#endif
