/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Ring first: where a flow's packets go. While a place of the ring is stable the
 * place alone says so, and nothing is kept of any flow; while it changes, flows
 * that show themselves are recorded: see xlvs_ring.h.
 */
#ifndef XLVS_RING_FLOW_H
#define XLVS_RING_FLOW_H

#include "place.h"
#include "service.h"

/* What a packet says of its flow. Only TCP has a packet that nothing but a new flow begins with:
 * datagrams have none, and SCTP's INIT may be a restart of a flow that is there. */
enum flow_part {
	FLOW_GOES_ON,
	FLOW_BEGINS,
	FLOW_ENDS,
	FLOW_ASKED, /* no packet of it: nothing is recorded */
};

static __always_inline enum flow_part flow_part(const struct pkt *p)
{
	if (p->tuple.protocol != IPPROTO_TCP || p->flags & PKT_LATER_FRAGMENT)
		return FLOW_GOES_ON;
	if (p->tcp_flags & (TCP_FIN | TCP_RST))
		return FLOW_ENDS;
	return (p->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN ? FLOW_BEGINS : FLOW_GOES_ON;
}

/* Whether a server takes flows of this service that are new to it. */
static __always_inline bool takes_new(__u32 server)
{
	const struct xlvs_server *s = entry(&servers, server);

	return s && s->weight;
}

/* Where packets of a changing place go that have no record. A handshake that a quiesced server has
 * just answered is the one thing that this may break: it takes no new flows. */
static __always_inline __u32 place_default(__u64 place, enum flow_part part)
{
	if (place_state(place) == XLVS_PLACE_DRAIN ||
	    (part == FLOW_BEGINS &&
	     (place_state(place) == XLVS_PLACE_LEARN || !takes_new(place_was(place)))))
		return place_now(place);
	return place_was(place);
}

static __always_inline __u32 part_bits(enum flow_part part)
{
	return part == FLOW_BEGINS ? XLVS_RECORD_HALF : part == FLOW_ENDS ? XLVS_RECORD_OVER : 0;
}

static __always_inline union record_word record_of(__u32 server, enum flow_part part)
{
	const struct xlvs_server *s = entry(&servers, server);

	return (union record_word){
		.server = server | part_bits(part),
		.generation = s ? s->generation : 0,
	};
}

/*
 * The server that a record names, refreshed by this packet; XLVS_RING_EMPTY if it counts no more:
 * silent for too long, its server gone, or its flow over and this the first packet of another.
 */
static __always_inline __u32 record_follow(struct xlvs_ring_record *record, union record_word w,
					   __u32 service, __u8 protocol, enum flow_part part)
{
	__u32 server = w.server & XLVS_RECORD_SERVER;
	const struct xlvs_server *s = entry(&servers, server);
	union record_word after = w;

	if (!s || s->generation != w.generation || s->service != service ||
	    !(s->flags & XLVS_SERVER_AVAILABLE) ||
	    idle_for(READ_ONCE(record->last_seen), record_timeout(service, protocol, w)) ||
	    (part == FLOW_BEGINS && w.server & XLVS_RECORD_OVER))
		return XLVS_RING_EMPTY;
	if (part == FLOW_ASKED)
		return server;
	WRITE_ONCE(record->last_seen, bpf_jiffies64());
	if (part != FLOW_BEGINS)
		after.server = (w.server & ~XLVS_RECORD_HALF) | part_bits(part);
	if (after.word != w.word)
		record_change(record, w, after);
	return server;
}

/* Gives a record that counts no more to the flow at hand. False: the sweep was faster. The time is
 * written first, and XLVS_RECORD_TURN changed, so that the sweep can tell. */
static __always_inline bool record_turn(struct xlvs_ring_record *record, union record_word w,
					__u32 server, enum flow_part part)
{
	union record_word after = record_of(server, part);

	if (record_is_dead(w))
		return false;
	after.server |= ~w.server & XLVS_RECORD_TURN;
	WRITE_ONCE(record->last_seen, bpf_jiffies64());
	return record_change(record, w, after);
}

/*
 * A flow that could not be recorded stays where packets without a record go, which is where it
 * would be had its place not begun to change: the place does not go on until it is safe.
 */
static __always_inline __u32 unrecorded(__u64 place, __u32 service)
{
	struct xlvs_service_state *state = entry(&service_state, service);

	if (place_state(place) == XLVS_PLACE_DRAIN)
		return place_now(place);
	count_reason(bpf_get_smp_processor_id(), XLVS_REASON_RECORDS_FULL);
	if (state)
		__sync_fetch_and_add(&state->unrecorded, 1);
	return place_was(place);
}

/* room->flow is the flow. */
static __always_inline __u32 changing_server(struct scratch *room, __u64 place, enum flow_part part)
{
	const struct xlvs_ring_record_key *key = &room->flow;
	struct xlvs_ring_record *record = bpf_map_lookup_elem(&ring_records, key);
	union record_word w;
	__u32 server, found;

	server = place_default(place, part);
	if (!record) {
		if (part == FLOW_ASKED || server == XLVS_RING_EMPTY ||
		    place_state(place) == XLVS_PLACE_DRAIN)
			return server;
		w = record_of(server, part);
		room->shown.last_seen = bpf_jiffies64();
		room->shown.server = w.server;
		room->shown.generation = w.generation;
		if (!bpf_map_update_elem(&ring_records, key, &room->shown, BPF_NOEXIST))
			return server;
		record = bpf_map_lookup_elem(&ring_records, key); /* another CPU's */
		if (!record)
			return unrecorded(place, key->service);
	}
	for (int i = 0; i < MOVE_TRIES; i++) {
		w = record_read(record);
		found = record_follow(record, w, key->service, key->client.protocol, part);
		if (found != XLVS_RING_EMPTY)
			return found;
		if (part == FLOW_ASKED || server == XLVS_RING_EMPTY ||
		    record_turn(record, w, server, part))
			return server;
	}
	return unrecorded(place, key->service);
}

/* The server for a flow of a service that is XLVS_SERVICE_RING_FIRST, or XLVS_RING_EMPTY. */
static __noinline __u32 ring_server(const struct xlvs_tuple *client, __u32 service,
				    enum flow_part part)
{
	const struct xlvs_service *s = entry(&services, service);
	struct scratch *room;
	__u64 *word, place;
	__u32 zero = 0;

	room = bpf_map_lookup_elem(&scratch, &zero);
	word = s && room ? place_of(s, client) : NULL;
	if (!word)
		return XLVS_RING_EMPTY;
	place = READ_ONCE(*word);
	if (place_state(place) == XLVS_PLACE_STABLE)
		return place_now(place);
	room->flow.client = *client;
	room->flow.client.pad = 0;
	room->flow.service = service;
	room->flow.generation = s->generation;
	return changing_server(room, place, part);
}

static __always_inline bool is_ring_first_service(__u32 service)
{
	const struct xlvs_service *s = entry(&services, service);

	return s && s->flags & XLVS_SERVICE_RING_FIRST;
}

/* The server of whatever flow has this tuple, if its service is ring first; else XLVS_RING_EMPTY. */
static __noinline __u32 ring_flow_server(const struct xlvs_tuple *client)
{
	const struct xlvs_endpoint *e =
		find_endpoint(client->daddr, client->dport, client->protocol, XLVS_ENDPOINT_SERVICE,
			      client->family == XLVS_IPV4 ? XLVS_IPV4 : XLVS_IPV6);

	return e && is_ring_first_service(e->index) ? ring_server(client, e->index, FLOW_ASKED)
						    : XLVS_RING_EMPTY;
}

#endif
