/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Ring first: the places of a ring, and the words of records, as packets and the sweep read them. */
#ifndef XLVS_PLACE_H
#define XLVS_PLACE_H

#include "pick_hash.h"

/* The word of a flow's place, or NULL if the ring has none. */
static __always_inline __u64 *place_of(const struct xlvs_service *s, const struct xlvs_tuple *t)
{
	__u64 region = READ_ONCE(*(const __u64 *)&s->ring);
	__u32 places = region >> 33, at;
	struct xlvs_ring_line *line;

	if (!places)
		return NULL;
	at = (__u32)region + 2 * hashed_place(s->pick, hash_input(s, t), 0, places);
	line = entry(&rings, at >> 4);
	return line ? (__u64 *)&line->server[at & 14] : NULL;
}

static __always_inline enum xlvs_place_state place_state(__u64 place)
{
	return place >> (32 + XLVS_PLACE_SHIFT);
}

static __always_inline __u32 place_now(__u64 place)
{
	return place;
}

static __always_inline __u32 place_was(__u64 place)
{
	return (place >> 32) & ((1U << XLVS_PLACE_SHIFT) - 1);
}

/* --- records --- */

union record_word {
	struct {
		__u32 server;
		__u32 generation;
	};
	__u64 word;
};

static __always_inline __u64 *record_word(struct xlvs_ring_record *record)
{
	return (__u64 *)&record->server;
}

static __always_inline union record_word record_read(struct xlvs_ring_record *record)
{
	return (union record_word){ .word = READ_ONCE(*record_word(record)) };
}

static __always_inline bool record_change(struct xlvs_ring_record *record, union record_word before,
					  union record_word after)
{
	return __sync_val_compare_and_swap(record_word(record), before.word, after.word) ==
	       before.word;
}

static __always_inline bool record_is_dead(union record_word w)
{
	return (w.server & XLVS_RECORD_SERVER) == XLVS_RECORD_SERVER;
}

/* For how many jiffies a flow may be silent. */
static __always_inline __u32 record_timeout(__u32 service, __u8 protocol, union record_word w)
{
	__u16 state = XLVS_STATE_ESTABLISHED;

	if (protocol == IPPROTO_UDP)
		state = XLVS_STATE_UDP;
	else if (protocol == IPPROTO_SCTP)
		state = XLVS_STATE_SCTP_ESTABLISHED;
	else if (w.server & XLVS_RECORD_OVER)
		state = XLVS_STATE_FIN_WAIT;
	else if (w.server & XLVS_RECORD_HALF)
		state = XLVS_STATE_SYN_RECV;
	return state_timeout(service, state);
}

#endif
