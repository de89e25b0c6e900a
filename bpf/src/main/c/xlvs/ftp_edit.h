/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * How the text of an FTP server changes on its way to the client: in place, never in length,
 * so that no sequence number, SACK block or segment size of the connection does. A longer
 * address takes room from the words before it, a shorter one leaves blanks there: words are for
 * people (RFC 959, 4.2), programs look for the first digit (RFC 1123, 4.1.2.6). The last change
 * is kept, since the server may repeat its text, cut differently.
 */
#ifndef XLVS_FTP_EDIT_H
#define XLVS_FTP_EDIT_H

#include "ftp_text.h"

/* Makes the segment say what the change says, as far as the two overlap. */
__noinline int HOOKED(ftp_apply)(hook_t *ctx, struct pkt *p, const struct ftp_edit *edit)
{
	__u32 offset, odd, skipped = 0, zero = 0;
	struct scratch *room;
	struct ftp_room *ftp;
	__s32 from, to;
	__u64 sum;

	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!p || !edit || !room)
		return -1;
	ftp = &room->ftp;
	from = edit->sequence - ftp->segment.sequence;
	to = from + (__s32)edit->length;
	if (from < 0) {
		skipped = -from;
		from = 0;
	}
	if (to > (__s32)ftp->segment.bytes)
		to = ftp->segment.bytes;
	if (from >= to || skipped >= FTP_EDIT)
		return 0;
	opaque(skipped);
	skipped &= FTP_EDIT - 1;
	offset = ftp->segment.offset + from;
	odd = (offset - p->l4) & 1; /* a checksum's words begin at even bytes */
	__builtin_memset(ftp->before, 0, sizeof(ftp->before));
	__builtin_memset(ftp->after, 0, sizeof(ftp->after));
	__builtin_memcpy(ftp->change, edit->text, FTP_EDIT);
	if (load_bytes(ctx, offset, ftp->before + odd, to - from, FTP_EDIT) ||
	    store_bytes(ctx, offset, ftp->change + skipped, to - from, FTP_EDIT) ||
	    load_bytes(ctx, offset, ftp->after + odd, to - from, FTP_EDIT))
		return -1;
	sum = (__u32)bpf_csum_diff((__be32 *)ftp->before, sizeof(ftp->before), (__be32 *)ftp->after,
				   sizeof(ftp->after), 0);
	return hook_l4_csum(ctx, NULL, p->l4 + offsetof(struct tcphdr, check), sum, 0, false);
}

/* A change begins with so many blanks. */
static __always_inline void ftp_begin_edit(struct ftp_edit *edit, __u32 sequence, __u32 blanks)
{
	__builtin_memset(edit->text, ' ', sizeof(edit->text));
	edit->sequence = sequence;
	edit->length = blanks;
}

static __always_inline void ftp_put(struct ftp_edit *edit, __u8 c)
{
	edit->text[edit->length & (FTP_EDIT - 1)] = c;
	edit->length++;
}

static __always_inline void ftp_put_number(struct ftp_edit *edit, __u8 n)
{
	if (n >= 100)
		ftp_put(edit, '0' + n / 100);
	if (n >= 10)
		ftp_put(edit, '0' + n / 10 % 10);
	ftp_put(edit, '0' + n % 10);
}

static __noinline int ftp_put_address(struct ftp_edit *edit, __be32 address)
{
	__u32 rest = bpf_ntohl(address);

	for (int i = 0; i < 4; i++) {
		if (i)
			ftp_put(edit, ',');
		ftp_put_number(edit, rest >> 24);
		rest <<= 8;
	}
	return 0;
}

/* Another code for an answer that cannot be kept: 425, no data connection. */
static __always_inline void ftp_refuse(struct ftp_edit *edit, __u32 sequence)
{
	ftp_begin_edit(edit, sequence, 0);
	ftp_put(edit, '4');
	ftp_put(edit, '2');
	ftp_put(edit, '5');
}

/* 227: the VIP in place of the server's address. False if the line has no room for it. */
static __always_inline bool ftp_edit_numbers(struct ftp_edit *edit, const struct ftp_room *ftp,
					     __be32 vip, __u32 sequence)
{
	const struct ftp_numbers *n = &ftp->numbers;
	__u32 words = ftp->reader.start + FTP_CODE, lead = n->first;
	__s32 grow;

	ftp_begin_edit(edit, 0, 0);
	ftp_put_address(edit, vip); /* to know how long it is */
	grow = edit->length - (n->behind - n->first);
	if (lead > words && FTP_AT(ftp->text, lead - 1) != ' ')
		lead--; /* a parenthesis */
	if (lead > words && FTP_AT(ftp->text, lead - 1) == ' ')
		lead--;
	if (grow > (__s32)(lead - words))
		return false;
	ftp_begin_edit(edit, sequence + lead - (grow > 0 ? grow : 0), grow < 0 ? -grow : 0);
	if (lead < n->first)
		ftp_put(edit, FTP_AT(ftp->text, lead));
	if (lead + 1 < n->first)
		ftp_put(edit, FTP_AT(ftp->text, lead + 1));
	ftp_put_address(edit, vip);
	return true;
}

/* 229: no address, which is the client's to know (RFC 2428, 3). Nothing to do if there is none. */
static __always_inline bool ftp_edit_fields(struct ftp_edit *edit, const struct ftp_fields *f,
					    __u32 sequence)
{
	__u32 between = f->third - f->opening;

	if (between > FTP_EDIT - 2)
		return false;
	ftp_begin_edit(edit, sequence + f->opening - 1, between - 2);
	ftp_put(edit, '(');
	ftp_put(edit, f->bar);
	ftp_put(edit, f->bar);
	ftp_put(edit, f->bar);
	return true;
}

#endif
