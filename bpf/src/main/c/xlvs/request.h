/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The slow way of a client's packet to a VIP: its connection is found or made. */
#ifndef XLVS_REQUEST_H
#define XLVS_REQUEST_H

#include "related.h"
#include "sip.h"

/* Where a packet's connection is. */
enum place {
	PLACE_MADE, /* half open, by this very packet */
	PLACE_HALF_OPEN,
	PLACE_PROMOTED, /* connections, by this very packet */
	PLACE_CONNECTIONS,
};

/*
 * Whether a source address can be a client's. Of others the stack drops the packets
 * as martians, before IPVS would see them: a VIP as source would make servers talk to
 * each other.
 */
static __always_inline bool is_client(const struct xlvs_tuple *t)
{
	return is_one_host(t->saddr, t->family) && !is_vip(t->saddr, t->family);
}

/*
 * Whether a packet opens a connection: tcp_conn_schedule(), sctp_conn_schedule(). With sloppy_tcp
 * and sloppy_sctp one from the middle of a connection does, such as another director had.
 */
static __always_inline bool may_open(const struct pkt *p)
{
	switch (p->tuple.protocol) {
	case IPPROTO_TCP:
		return !(p->tcp_flags & TCP_RST) &&
		       (p->tcp_flags & TCP_SYN || sysctl_is_set(XLVS_SYSCTL_SLOPPY_TCP));
	case IPPROTO_SCTP:
		return sctp_event(p) == SCTP_EVENT_INIT || (sctp_event(p) != SCTP_EVENT_ABORT &&
							    sysctl_is_set(XLVS_SYSCTL_SLOPPY_SCTP));
	default:
		return true;
	}
}

static __always_inline bool wants_call_id(__u32 service)
{
	const struct xlvs_service *s = entry(&services, service);

	return s && s->flags & XLVS_SERVICE_SIP;
}

/* Whether it may open a data connection of FTP. */
static __always_inline bool may_be_expected(const struct pkt *p)
{
	return control.any_port && p->tuple.protocol == IPPROTO_TCP;
}

/* A persistent FTP service takes data connections that no control connection has announced, as
 * those of DR and TUN. */
static __always_inline bool is_persistent(__u32 service)
{
	const struct xlvs_service *s = entry(&services, service);

	return s && s->flags & XLVS_SERVICE_PERSISTENT;
}

/*
 * The connection of a request, made if need be (then a copy: nobody changes it before the next
 * packet); NULL with *v saying what becomes of the packet.
 */
static __always_inline struct xlvs_conn *request_conn(hook_t *ctx, struct pkt *p, __u32 service,
						      struct scratch *room, enum place *place,
						      verdict *v)
{
	const struct xlvs_tuple *client = &room->client;
	enum xlvs_reason reason;
	bool half = is_opening(p);
	struct xlvs_conn *conn = conn_find(client, &half);

	*place = half ? PLACE_HALF_OPEN : PLACE_CONNECTIONS;
	if (conn && unlikely(begins_anew(p, conn) || schedules_each_packet(p, conn->service))) {
		conn_delete(client, conn, half);
		conn = NULL;
	}
	if (conn)
		return conn;
	if (p->flags & PKT_DATA_PORT && (p->flags & PKT_LATER_FRAGMENT || !may_open(p))) {
		*v = PASS;
		return NULL;
	}
	if (p->flags & PKT_LATER_FRAGMENT) {
		*v = drop_because(XLVS_REASON_ORPHAN_FRAGMENT);
		return NULL;
	}
	if (!may_open(p)) {
		*v = pass_because(XLVS_REASON_NO_CONNECTION);
		return NULL;
	}
	if (!is_client(&p->tuple)) {
		*v = pass_because(XLVS_REASON_BAD_SOURCE);
		return NULL;
	}
	if (wants_call_id(service) && HOOKED(read_call_id)(ctx, p)) {
		*v = drop_because(XLVS_REASON_NO_CALL_ID);
		return NULL;
	}
	reason = may_be_expected(p) ? HOOKED(connect_expected)(p) : XLVS_REASON_NO_CONNECTION;
	if (reason == XLVS_REASON_NO_CONNECTION) {
		if (p->flags & PKT_DATA_PORT && !is_persistent(service)) {
			*v = PASS;
			return NULL;
		}
		reason = HOOKED(connect)(p, service);
	}
	if (reason == XLVS_REASON_NO_SERVER) {
		*v = HOOKED(answer_icmp)(ctx, p, ANSWER_NO_PORT, reason, 0);
		return NULL;
	}
	if (reason) {
		*v = drop_because(reason);
		return NULL;
	}
	*place = PLACE_MADE;
	if (!(room->conn.flags & XLVS_CONN_CONTROLLED)) /* nor does IPVS count data connections */
		count_connection(p, room->conn.server);
	return &room->conn;
}

/* FULLNAT: until the server has answered data, the client's segments say who it is. */
static __always_inline bool wants_toa(const struct pkt *p, const struct xlvs_conn *conn)
{
	return conn->method == XLVS_FULLNAT && p->tuple.protocol == IPPROTO_TCP &&
	       !(conn->flags & XLVS_CONN_TOA_DONE) && is_whole(p) &&
	       (p->tcp_flags & (TCP_SYN | TCP_RST | TCP_ACK)) == TCP_ACK;
}

/* An acknowledgement that did not promote its handshake leaves it as it is. */
static __always_inline bool proves_nothing(const struct pkt *p)
{
	return p->tuple.protocol == IPPROTO_TCP && tcp_event(p->tcp_flags) == EVENT_ACK;
}

/* A cached decision of FULLNAT does not tell the server's port: one of FTP's data connections, or
 * from before an edit, is never cached. */
static __always_inline bool request_may_be_cached(const struct pkt *p, const struct xlvs_conn *conn,
						  const struct xlvs_server *server)
{
	return is_settled(conn) && is_whole(p) && !(server->flags & XLVS_SERVER_LOCAL) &&
	       !(conn->flags & XLVS_CONN_FTP) &&
	       (conn->method != XLVS_FULLNAT || conn->server_port == port_at(server, p));
}

/* A client's packet to a VIP. */
__noinline verdict HOOKED(request)(hook_t *ctx, struct pkt *p, __u32 service)
{
	struct decision d = {};
	struct xlvs_conn *conn, *settled;
	verdict v = CONTINUE;
	struct xlvs_tuple *client;
	struct scratch *room;
	enum place place;
	__u32 epoch, zero = 0;

	room = bpf_map_lookup_elem(&scratch, &zero);
	if (!p || !room)
		return PASS;
	client = &room->client;
	*client = p->tuple;
	epoch = epoch_read(epoch_bucket(client));
	conn = request_conn(ctx, p, service, room, &place, &v);
	if (!conn)
		return v;
	if (place == PLACE_HALF_OPEN && promotes(p, conn)) {
		settled = settle_by(p, room, conn);
		if (!settled && p->tuple.protocol != IPPROTO_UDP)
			return drop_because(XLVS_REASON_TABLE_FULL);
		if (settled) {
			conn = settled;
			place = PLACE_PROMOTED;
		}
	}
	if (unlikely(wants_reading(p, conn)) &&
	    (place != PLACE_HALF_OPEN || p->tcp_flags & TCP_SYN))
		return READ_FIRST;
	refresh_control(room, conn);
	d.index = conn->server;
	d.server = entry(&servers, conn->server);
	if (!d.server)
		return drop_because(XLVS_REASON_INTERNAL);
	if (!(d.server->flags & XLVS_SERVER_AVAILABLE))
		return drop_because(XLVS_REASON_SERVER_GONE);
	d.hop = entry(&next_hops, d.server->next_hop);
	if (!d.hop)
		return drop_because(XLVS_REASON_INTERNAL);
	d.kind = flow_kind(conn->method, false);
	d.server_port = conn->server_port;
	d.port = conn->method == XLVS_NAT ? conn->server_port : conn->local_port;
	d.addr = conn->local_addr;
	d.toa = place >= PLACE_PROMOTED && wants_toa(p, conn);
	if (d.server->flags & XLVS_SERVER_LOCAL || hook_can_reach(d.hop)) {
		if (place == PLACE_CONNECTIONS || (place == PLACE_HALF_OPEN && !proves_nothing(p)))
			advance(p, conn, client, FROM_CLIENT);
		if (place >= PLACE_PROMOTED && !d.toa &&
		    request_may_be_cached(p, conn, d.server))
			remember(p, &d, client, conn, epoch, 0);
	}
	if (d.server->flags & XLVS_SERVER_LOCAL) {
		note_packet(p, d.index, false);
		return PASS;
	}
	return forward(ctx, p, &d);
}

#endif
