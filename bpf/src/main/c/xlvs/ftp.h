/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * FTP's control connections through NAT and FULLNAT, as ip_vs_ftp has them: what passive mode
 * announces gets the VIP's address, and the data connection that either mode announces is
 * expected. Both directions are read in order and once: a segment that comes too early is
 * dropped, its sender repeats it. See docs/adr/0006.
 */
#ifndef XLVS_FTP_H
#define XLVS_FTP_H

#include "ftp_edit.h"
#include "related.h"

#define FTP_READ 1536 /* new bytes that are read of a segment; of a longer one only how it ends */
#define FTP_LINES 32  /* and so many lines that matter */
#define FTP_PRIVILEGED 1024

/* One segment being read. */
struct ftp_job {
	hook_t *ctx;
	struct pkt *p;
	struct scratch *room; /* client: the control connection's tuple; expected: out */
	const struct xlvs_conn *conn;
	struct ftp_control *control;
	struct ftp_stream *stream;
};

static __always_inline __be16 port_below(__be16 port)
{
	return bpf_htons(bpf_ntohs(port) - 1);
}

/* PORT and EPRT. Whatever address they name, the client's own is the one that is expected. */
static __always_inline void ftp_active(struct ftp_job *j)
{
	struct ftp_room *ftp = &j->room->ftp;
	__u32 port = ftp->reader.word == FTP_PORT ? ftp_read_numbers(ftp) : ftp_read_fields(ftp);

	if (!port || j->conn->method != XLVS_NAT)
		return;
	j->control->answers_due = 0;
	j->room->expected.sport = bpf_htons(port);
	j->room->expected.dport = port_below(j->room->client.dport);
	j->room->expected.server_port = port_below(j->conn->server_port);
}

static __noinline int ftp_command(struct ftp_job *j)
{
	const struct ftp_room *ftp = &j->room->ftp;
	const struct ftp_reader *r = &ftp->reader;
	__u8 behind = FTP_AT(ftp->text, r->start + FTP_CODE);
	__u8 next = FTP_AT(ftp->text, r->start + FTP_CODE + 1);

	if (behind != ' ' && behind != '\r' && behind != '\n')
		return 0;
	if (r->word == FTP_PORT || r->word == FTP_EPRT)
		ftp_active(j);
	else if (r->word == FTP_PASV || behind != ' ' || is_digit(next)) /* not EPSV ALL */
		j->control->answers_due++;
	return 0;
}

/* What becomes of a line that names `port`; false: it cannot be kept. */
static __always_inline bool ftp_edit_answer(struct ftp_job *j, struct ftp_edit *edit, __u32 port)
{
	const struct ftp_room *ftp = &j->room->ftp;
	__u32 sequence = j->stream->next;

	if (port < FTP_PRIVILEGED)
		return false;
	if (ftp->reader.word == FTP_227)
		return ftp_edit_numbers(edit, ftp, j->room->client.daddr[0], sequence);
	if (ftp->fields.third - ftp->fields.opening > 2)
		return ftp_edit_fields(edit, &ftp->fields, sequence);
	edit->length = 0;
	return true;
}

/* 227 and 229: the server listens. */
static __noinline int ftp_passive(struct ftp_job *j)
{
	struct ftp_room *ftp = &j->room->ftp;
	struct ftp_edit *edit = &j->control->edit;
	__u32 port = 0;

	if (ftp->reader.word == FTP_229)
		port = ftp_read_fields(ftp);
	else if (j->room->client.family == XLVS_IPV4)
		port = ftp_read_numbers(ftp);
	if (!port || !j->control->answers_due)
		return 0;
	j->control->answers_due--;
	if (ftp_edit_answer(j, edit, port)) {
		j->room->expected.sport = 0;
		j->room->expected.dport = bpf_htons(port);
		j->room->expected.server_port = bpf_htons(port);
	} else {
		ftp_refuse(edit, j->stream->next + ftp->reader.start);
		count_reason(j->p->cpu, XLVS_REASON_FTP_REFUSED);
	}
	if (HOOKED(ftp_apply)(j->ctx, j->p, edit))
		ftp->segment.failed = 1;
	return 0;
}

static long ftp_line(__u32 i, struct ftp_job *j)
{
	struct ftp_loop loop = { .ftp = &j->room->ftp };
	struct ftp_reader *r = &j->room->ftp.reader;

	r->found = 0;
	bpf_loop(FTP_TEXT, ftp_byte, &loop, 0);
	if (!r->found)
		return 1;
	if (r->answers)
		ftp_passive(j);
	else
		ftp_command(j);
	ftp_begin_line(r);
	return 0;
}

/* Takes note of `bytes` that are not read but for how they end. */
static __always_inline verdict ftp_pass_over(struct ftp_job *j, __u32 bytes)
{
	__u8 last = 0;

	hook_load(j->ctx, j->room->ftp.segment.offset + j->room->ftp.segment.bytes - 1, &last, 1);
	j->stream->next += bytes;
	j->stream->length = last == '\n' ? 0 : FTP_SKIP;
	return CONTINUE;
}

/* Where the stream stands once its text has been read: behind it, or at a line that must come
 * whole. */
static __always_inline verdict ftp_finish(struct ftp_job *j, __u32 bytes)
{
	const struct ftp_room *ftp = &j->room->ftp;
	const struct ftp_reader *r = &ftp->reader;
	__u32 rest = r->length - r->start, start = r->start;

	if (r->answers && ftp_may_matter(r)) {
		j->stream->next += r->start;
		j->stream->length = 0;
		return drop_because(XLVS_REASON_FTP_HELD);
	}
	j->stream->next += bytes;
	j->stream->length = rest ? FTP_SKIP : 0;
	if (r->answers || r->skip || !rest || rest >= FTP_LINE)
		return CONTINUE;
	opaque(start);
	start &= FTP_TEXT - 1;
	__builtin_memcpy(j->control->line, ftp->text + start, FTP_LINE);
	j->stream->length = rest;
	return CONTINUE;
}

/* Reads the segment from its first new byte on, `seen` having been read before. */
static __noinline verdict ftp_read(struct ftp_job *j, __u32 seen, bool answers)
{
	struct ftp_reader *r = &j->room->ftp.reader;
	__u32 bytes = j->room->ftp.segment.bytes - seen, begun = j->stream->length;
	__u8 *text = j->room->ftp.text;
	verdict v;

	if (bytes > FTP_READ || (answers && !j->control->answers_due))
		return ftp_pass_over(j, bytes);
	__builtin_memset(r, 0, sizeof(*r));
	r->answers = answers;
	r->skip = begun == FTP_SKIP;
	if (begun == FTP_SKIP || answers)
		begun = 0;
	opaque(begun);
	begun &= FTP_LINE - 1;
	if (begun)
		__builtin_memcpy(text, j->control->line, FTP_LINE);
	if (load_bytes(j->ctx, j->room->ftp.segment.offset + seen, text + begun, bytes, FTP_READ))
		return drop_because(XLVS_REASON_INTERNAL);
	r->length = begun + bytes;
	bpf_loop(FTP_LINES, ftp_line, j, 0);
	v = ftp_finish(j, bytes);
	return j->room->ftp.segment.failed ? drop_because(XLVS_REASON_INTERNAL) : v;
}

/* What the other side acknowledges has gone past us if we have not read it. */
static __always_inline void ftp_catch_up(struct ftp_stream *stream, __u32 acknowledged)
{
	if (!stream->known || (__s32)(acknowledged - stream->next) <= 0)
		return;
	stream->next = acknowledged;
	stream->length = FTP_SKIP;
}

/* Where the segment is in its stream: how many of its bytes have been read; negative: it is too
 * early. */
static __always_inline __s32 ftp_seen(struct ftp_job *j)
{
	struct ftp_stream *stream = j->stream;

	if (!stream->known) {
		stream->known = 1;
		stream->next = j->room->ftp.segment.sequence;
		stream->length = FTP_SKIP;
	}
	return stream->next - j->room->ftp.segment.sequence;
}

/* The record of the connection room->client, made if need be. */
static __always_inline struct ftp_control *ftp_find_control(struct scratch *room)
{
	struct ftp_control *control = bpf_map_lookup_elem(&ftp_controls, &room->client);

	if (control)
		return control;
	bpf_map_update_elem(&ftp_controls, &room->client, &room->ftp.fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&ftp_controls, &room->client);
}

/* A segment of an open control connection, or one that opens it. */
static __always_inline verdict ftp_segment(struct ftp_job *j, enum direction from)
{
	struct pkt *p = j->p;
	struct ftp_control *c = j->control;
	struct tcphdr *tcp = header_at(j->ctx, p->l4, sizeof(*tcp));
	__s32 seen;

	j->stream = from == FROM_CLIENT ? &c->from_client : &c->from_server;
	if (!tcp || !is_whole(p)) {
		j->stream->known = 0;
		return CONTINUE;
	}
	j->room->ftp.segment.sequence = bpf_ntohl(tcp->seq);
	j->room->ftp.segment.offset = p->l4 + tcp->doff * 4;
	j->room->ftp.segment.bytes = p->l3 + p->length - j->room->ftp.segment.offset;
	if (p->tcp_flags & TCP_ACK)
		ftp_catch_up(from == FROM_CLIENT ? &c->from_server : &c->from_client, p->ack);
	if (p->tcp_flags & TCP_SYN && j->conn->state != XLVS_STATE_ESTABLISHED) {
		if (from == FROM_CLIENT)
			__builtin_memset(c, 0, sizeof(*c));
		j->stream->known = 1;
		j->stream->next = ++j->room->ftp.segment.sequence;
		j->stream->length = 0;
	}
	if (!j->room->ftp.segment.bytes)
		return CONTINUE;
	seen = ftp_seen(j);
	if (seen < 0)
		return drop_because(XLVS_REASON_FTP_HELD);
	if (seen && from == FROM_SERVER && HOOKED(ftp_apply)(j->ctx, p, &c->edit))
		return drop_because(XLVS_REASON_INTERNAL);
	return (__u32)seen < j->room->ftp.segment.bytes ? ftp_read(j, seen, from == FROM_SERVER)
							: CONTINUE;
}

/* Reads a packet of the control connection room->client, changes it, and expects what it announces.
 */
__noinline verdict HOOKED(ftp)(hook_t *ctx, struct pkt *p, enum direction from)
{
	struct ftp_job job = { .ctx = ctx, .p = p };
	struct ftp_expected *expected;
	enum xlvs_reason reason;
	struct ftp_control *c;
	__u32 zero = 0;
	bool half = false;
	verdict v;

	job.room = bpf_map_lookup_elem(&scratch, &zero);
	if (!p || !job.room)
		return PASS;
	p->flags |= PKT_READ;
	job.conn = conn_find(&job.room->client, &half);
	c = ftp_find_control(job.room);
	if (!job.conn || !c)
		return CONTINUE;
	job.control = c;
	expected = &job.room->expected;
	expected->dport = 0;
	expected->former_sport = c->data_sport;
	expected->former_dport = c->data_dport;
	v = ftp_segment(&job, from);
	if (!expected->dport)
		return v;
	c->data_sport = expected->sport;
	c->data_dport = expected->dport;
	reason = HOOKED(expect)(job.conn);
	if (reason)
		count_reason(p->cpu, reason);
	return v;
}

#endif
