// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Housekeeping of ring first, which the controller runs while places change. In two passes: the
 * first deletes nothing, so that it meets every record that was there when it began (an element
 * that is deleted and used again takes a walk over the map along); what it finds expired it marks,
 * and the second pass deletes.
 */
#include "xlvs/hook_xdp.h"
#include "xlvs/place.h"

/* Packets hold a record expired a second before the sweep does, lest one be deleted in use. */
static __always_inline bool record_expired(const struct xlvs_ring_record_key *key, __u64 last_seen,
					   union record_word w)
{
	__u32 timeout = record_timeout(key->service, key->client.protocol, w);

	return idle_for(last_seen, timeout + settings.jiffies_per_second);
}

static __always_inline bool record_is_void(const struct xlvs_ring_record_key *key,
					   const struct xlvs_service *s, union record_word w)
{
	const struct xlvs_server *server = entry(&servers, w.server & XLVS_RECORD_SERVER);

	return !(s->flags & XLVS_SERVICE_RING_FIRST) || s->generation != key->generation ||
	       !server || server->generation != w.generation;
}

/* The place of a record stays in DRAIN while its flow is not at `now`. */
static __always_inline void hold_place(const struct xlvs_service *s,
				       const struct xlvs_ring_record_key *key, __u32 server)
{
	__u64 *word = place_of(s, &key->client);
	__u64 place;

	if (!word)
		return;
	place = READ_ONCE(*word);
	if (place_state(place) == XLVS_PLACE_DRAIN && place_now(place) != server)
		__sync_val_compare_and_swap(word, place, place | (__u64)XLVS_PLACE_HELD << 32);
}

static long check_record(void *map, struct xlvs_ring_record_key *key, struct xlvs_ring_record *record,
			 struct xlvs_ring_sweep *done)
{
	const struct xlvs_service *s = entry(&services, key->service);
	union record_word w = record_read(record), dead = { .server = XLVS_RECORD_SERVER };

	if (!s || record_is_dead(w))
		return 0;
	if ((record_is_void(key, s, w) || record_expired(key, READ_ONCE(record->last_seen), w)) &&
	    record_change(record, w, dead))
		return 0;
	w = record_read(record);
	done->records++;
	hold_place(s, key, w.server & XLVS_RECORD_SERVER);
	return 0;
}

static long delete_dead(void *map, struct xlvs_ring_record_key *key, struct xlvs_ring_record *record,
			struct xlvs_ring_sweep *done)
{
	if (record_is_dead(record_read(record)) && !bpf_map_delete_elem(&ring_records, key))
		done->expired++;
	return 0;
}

SEC("syscall")
int xlvs_ring_sweep(struct xlvs_ring_sweep *sweep)
{
	struct xlvs_ring_sweep done = {};

	bpf_for_each_map_elem(&ring_records, check_record, &done, 0);
	bpf_for_each_map_elem(&ring_records, delete_dead, &done, 0);
	*sweep = done;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
