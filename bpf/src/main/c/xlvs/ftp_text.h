/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What is read in an FTP control connection: lines, and the numbers in them (RFC 959, 1123
 * and 2428). Text lies in the room of ftp_controls' readers; every index is masked.
 */
#ifndef XLVS_FTP_TEXT_H
#define XLVS_FTP_TEXT_H

#include "pkt.h"

#define FTP_CODE 4 /* bytes of a word, or of an answer's code with the blank behind it */
#define FTP_AT(text, index) ((text)[(index) & (FTP_TEXT - 1)])

/* The first four bytes of a line that matters, in upper case. */
#define FTP_WORD(a, b, c, d) ((__u32)(a) << 24 | (b) << 16 | (c) << 8 | (d))
#define FTP_PASV FTP_WORD('P', 'A', 'S', 'V')
#define FTP_EPSV FTP_WORD('E', 'P', 'S', 'V')
#define FTP_PORT FTP_WORD('P', 'O', 'R', 'T')
#define FTP_EPRT FTP_WORD('E', 'P', 'R', 'T')
#define FTP_227 FTP_WORD('2', '2', '7', ' ')
#define FTP_229 FTP_WORD('2', '2', '9', ' ')

/* What a loop over the text is given. */
struct ftp_loop {
	struct ftp_room *ftp;
};

static __always_inline bool ftp_matters(const struct ftp_reader *r)
{
	if (r->answers)
		return r->word == FTP_227 || r->word == FTP_229;
	return r->word == FTP_PASV || r->word == FTP_EPSV || r->word == FTP_PORT ||
	       r->word == FTP_EPRT;
}

static __always_inline void ftp_begin_line(struct ftp_reader *r)
{
	r->start = r->at;
	r->word = 0;
	r->skip = 0;
}

static long ftp_byte(__u32 i, struct ftp_loop *loop)
{
	struct ftp_room *ftp = loop->ftp;
	struct ftp_reader *r = &ftp->reader;
	__u32 at = r->at;
	__u8 c;

	if (at >= r->length)
		return 1;
	c = FTP_AT(ftp->text, at);
	r->at = at + 1;
	if (c == '\n') {
		if (!r->skip && ftp_matters(r)) {
			r->found = 1;
			return 1;
		}
		ftp_begin_line(r);
	} else if (at - r->start < 4) {
		r->word = r->word << 8 | (c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
	}
	return 0;
}

/* Whether the rest of an answer may be one that matters. */
static __always_inline bool ftp_may_matter(const struct ftp_reader *r)
{
	__u32 bytes = r->length - r->start, missing = bytes < 4 ? 4 - bytes : 0;

	if (r->skip || !bytes || bytes > 512)
		return false;
	missing *= 8;
	return r->word == FTP_227 >> missing || r->word == FTP_229 >> missing;
}

static __always_inline bool is_digit(__u8 c)
{
	return c >= '0' && c <= '9';
}

static long ftp_number(__u32 i, struct ftp_loop *loop)
{
	struct ftp_room *ftp = loop->ftp;
	struct ftp_numbers *n = &ftp->numbers;
	__u32 at = n->at;
	__u8 c;

	if (at >= ftp->reader.at)
		return 1;
	c = FTP_AT(ftp->text, at);
	n->at = at + 1;
	if (is_digit(c)) {
		if (!n->digits && !n->commas)
			n->first = at;
		n->value = n->value * 10 + c - '0';
		n->digits++;
		return n->digits > 3 || n->value > 255;
	}
	if (!n->digits)
		return n->commas != 0; /* words before; a number is missing */
	if (c != ',' || n->commas == 5)
		return 1;
	n->commas++;
	if (n->commas == 4)
		n->behind = at;
	if (n->commas == 5)
		n->p1 = n->value;
	n->value = 0;
	n->digits = 0;
	return 0;
}

/* The port in the numbers of the line that was found, host order; 0: there is none. */
static __noinline __u32 ftp_read_numbers(struct ftp_room *ftp)
{
	struct ftp_loop loop = { .ftp = ftp };
	struct ftp_numbers *n = &ftp->numbers;

	__builtin_memset(n, 0, sizeof(*n));
	n->at = ftp->reader.start + FTP_CODE;
	bpf_loop(FTP_TEXT, ftp_number, &loop, 0);
	if (n->commas != 5 || !n->digits || n->digits > 3 || n->value > 255)
		return 0;
	return n->p1 << 8 | n->value;
}

static long ftp_field(__u32 i, struct ftp_loop *loop)
{
	struct ftp_room *ftp = loop->ftp;
	struct ftp_fields *f = &ftp->fields;
	__u32 at = f->at;
	__u8 c;

	if (at >= ftp->reader.at)
		return 1;
	c = FTP_AT(ftp->text, at);
	f->at = at + 1;
	if (f->words) {
		f->words = c != '(';
		return 0;
	}
	if (!f->bars) {
		if (c == ' ')
			return 0;
		f->bar = c;
		f->opening = at;
		f->bars = 1;
		return c < 33 || c > 126 || is_digit(c);
	}
	if (c == f->bar) {
		f->bars++;
		if (f->bars == 3)
			f->third = at;
		return f->bars == 4;
	}
	if (f->bars < 3)
		return 0;
	if (!is_digit(c))
		return 1;
	f->value = f->value * 10 + c - '0';
	return f->value > 65535;
}

/* The port in the fields of the line that was found, host order; 0: there is none. */
static __noinline __u32 ftp_read_fields(struct ftp_room *ftp)
{
	struct ftp_loop loop = { .ftp = ftp };
	struct ftp_fields *f = &ftp->fields;

	__builtin_memset(f, 0, sizeof(*f));
	f->at = ftp->reader.start + FTP_CODE;
	f->words = ftp->reader.answers;
	bpf_loop(FTP_TEXT, ftp_field, &loop, 0);
	return f->bars == 4 && f->value <= 65535 ? f->value : 0;
}

#endif
