/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Persistence engine sip: the Call-ID of a SIP message (RFC 3261, 20.8), found as IPVS finds it
 * (ip_vs_pe_sip.c, ct_sip_get_header()), byte by byte. A name counts at the beginning of a line, in
 * full or in its compact form; its colon and its value may stand on a continuation line. Nothing
 * tells header from body: the first one counts.
 */
#ifndef XLVS_SIP_H
#define XLVS_SIP_H

#include "hash.h"
#include "pkt.h"

/* Where the search is, as the byte at hand sees it. */
enum sip_phase {
	SIP_SEEK = 0,  /* in a line, whose end is sought */
	SIP_AFTER_CR,  /* the line ended in CR, to which LF may belong */
	SIP_LINE,      /* first of a line */
	SIP_NAME,      /* in what may be the name */
	SIP_COMPACT,   /* behind an i that may be the name */
	SIP_BLANK,     /* before the colon or the value */
	SIP_BLANK_CR,  /* the line ended there in CR */
	SIP_BLANK_END, /* the line ended there: only a continuation goes on */
	SIP_CONTINUED, /* in the continuation's blanks */
	SIP_VALUE,
	SIP_HOST, /* in the value, behind its @ */
};

/* What the callback gets: the verifier must not follow the values of a walk, hence the room. */
struct sip_search {
	struct scratch *room;
};

/* Bits of letters (Latin-1's, too): isalpha(). */
static const __u64 sip_letters[4] = { 0, 0x07fffffe07fffffe, 0, 0xff7fffffff7fffff };

/* Bits of what a word of a Call-ID is made of: iswordc(). */
static const __u64 sip_words[4] = { 0xd7ffef2600000000, 0x6fffffffbffffffe, 0, 0xff7fffffff7fffff };

static __always_inline bool sip_is(const __u64 *set, __u8 c)
{
	return set[c >> 6 & 3] >> (c & 63) & 1;
}

static __always_inline bool is_blank(__u8 c)
{
	return c == ' ' || c == '\t';
}

static __always_inline __u32 phase_behind(__u8 c, __u32 cr, __u32 lf, __u32 other)
{
	return c == '\r' ? cr : c == '\n' ? lf : other;
}

static __always_inline __u32 seek(__u8 c)
{
	return phase_behind(c, SIP_AFTER_CR, SIP_LINE, SIP_SEEK);
}

/* A value that is none: the search goes on as far behind as the kernel's does, which adds up where
 * it found such. */
static __always_inline long no_value(struct sip_walk *w, __u8 c)
{
	w->resume += w->begin;
	w->phase = seek(c);
	return 0;
}

/* Behind the name or its colon, at a byte that is no blank any more. Returns 1 if there is nothing
 * to find. */
static __always_inline long behind_blanks(struct sip_walk *w, __u32 at, __u8 c)
{
	if (!w->colon) {
		w->colon = true;
		w->phase = SIP_BLANK;
		return c != ':';
	}
	w->begin = at;
	w->phase = SIP_VALUE;
	return sip_is(sip_words, c) ? 0 : no_value(w, c);
}

/* The value is over, or part of it is. */
static __always_inline long in_value(struct sip_walk *w, __u32 at, __u8 c)
{
	if (sip_is(sip_words, c))
		return 0;
	if (w->phase == SIP_VALUE && c == '@') {
		w->phase = SIP_HOST;
		w->host = at + 1;
		return 0;
	}
	if (w->phase == SIP_HOST && at == w->host)
		return no_value(w, c);
	if ((c == '\r' || c == '\n') && at - w->begin < XLVS_CALL_ID_BYTES)
		w->end = at;
	return 1;
}

/* First byte of a line. */
static __always_inline void begin_line(struct sip_walk *w, __u8 c)
{
	w->colon = false;
	w->matched = 1;
	w->phase = (c | 32) == 'c' ? SIP_NAME : (c | 32) == 'i' ? SIP_COMPACT : SIP_SEEK;
}

static __always_inline void in_name(struct sip_walk *w, __u8 c)
{
	const __u64 name = 0x64692d6c6c6163; /* "call-id", first byte lowest */
	__u8 expected = name >> (w->matched & 7) * 8;

	/* a letter in either case, the hyphen as it is */
	if (c == expected || (expected != '-' && c == (expected ^ 32)))
		w->phase = ++w->matched == 7 ? SIP_BLANK : SIP_NAME;
	else
		w->phase = seek(c);
}

/* One byte. Some phases hand theirs on to the next one. */
static long sip_step(__u32 at, struct sip_search *search)
{
	struct sip_walk *w = &search->room->walk;
	__u8 c;

	if (at >= w->length)
		return 1;
	if (at < w->resume)
		return 0;
	c = search->room->sip[at & (SIP_BYTES - 1)];
	switch (w->phase) {
	case SIP_AFTER_CR:
		if (c == '\n') {
			w->phase = SIP_LINE;
			return 0;
		}
		begin_line(w, c);
		return 0;
	case SIP_LINE:
		begin_line(w, c);
		return 0;
	case SIP_NAME:
		in_name(w, c);
		return 0;
	case SIP_BLANK_CR:
		w->phase = SIP_BLANK_END;
		if (c == '\n')
			return 0;
		break;
	case SIP_COMPACT:
		if (sip_is(sip_letters, c)) {
			w->phase = SIP_SEEK;
			return 0;
		}
		w->phase = SIP_BLANK;
		break;
	case SIP_VALUE:
	case SIP_HOST:
		return in_value(w, at, c);
	case SIP_SEEK:
		w->phase = seek(c);
		return 0;
	default:
		break;
	}
	if (w->phase == SIP_BLANK_END) {
		w->phase = SIP_CONTINUED;
		return !is_blank(c);
	}
	if (is_blank(c))
		return 0;
	if (w->phase == SIP_BLANK && (c == '\r' || c == '\n')) {
		w->phase = phase_behind(c, SIP_BLANK_CR, SIP_BLANK_END, SIP_SEEK);
		return 0;
	}
	return behind_blanks(w, at, c);
}

static __always_inline __u64 hash_text(const struct xlvs_call_id *id)
{
	const __u64 *word = (const __u64 *)id->text;
	__u64 hash = 0;

#pragma clang loop unroll(disable)
	for (int i = 0; i < XLVS_CALL_ID_BYTES / 8; i++)
		hash = xlvs_hash(hash, word[i], i, settings.hash_seed);
	return hash;
}

/* Puts a datagram's Call-ID into the room; fails if it has none that counts. */
__noinline int HOOKED(read_call_id)(hook_t *ctx, struct pkt *p)
{
	__u32 zero = 0, offset, bytes;
	struct sip_search search;
	struct scratch *room;

	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!p || !room || p->tuple.protocol != IPPROTO_UDP)
		return -1;
	offset = p->l4 + sizeof(struct udphdr);
	bytes = p->length - (offset - p->l3);
	if (!bytes)
		return -1;
	if (bytes > SIP_BYTES)
		bytes = SIP_BYTES;
	if (load_bytes(ctx, offset, room->sip, bytes, SIP_BYTES))
		return -1;
	room->walk = (struct sip_walk){ .length = bytes };
	search.room = room;
	bpf_loop(SIP_BYTES, sip_step, &search, 0);
	if (!room->walk.end)
		return -1;
	bytes = room->walk.end - room->walk.begin;
	__builtin_memset(&room->call, 0, sizeof(room->call));
	if (load_bytes(ctx, offset + room->walk.begin, room->call.text, bytes,
		       XLVS_CALL_ID_BYTES - 1))
		return -1;
	room->call_hash = hash_text(&room->call);
	return 0;
}

#endif
