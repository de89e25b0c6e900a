/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What requests and replies have in common on the slow way: whatever the flow
 * cache does not know. Connections are followed through their states, and a
 * settled one leaves a cached decision behind.
 */
#ifndef XLVS_DECIDE_H
#define XLVS_DECIDE_H

#include "connect.h"
#include "flow_store.h"
#include "forward.h"
#include "hop.h"

static __always_inline __u8 flow_kind(__u8 method, bool reply)
{
	switch (method) {
	case XLVS_NAT:
		return reply ? FLOW_NAT_OUT : FLOW_NAT_IN;
	case XLVS_FULLNAT:
		return reply ? FLOW_FULLNAT_OUT : FLOW_FULLNAT_IN;
	case XLVS_TUN:
		return FLOW_TUN;
	default:
		return FLOW_DR;
	}
}

static __always_inline bool is_whole(const struct pkt *p)
{
	return !(p->flags & (PKT_FIRST_FRAGMENT | PKT_LATER_FRAGMENT));
}

/* A connection that only ever sees data now: its packets need not come this way again. */
static __always_inline bool is_settled(const struct xlvs_conn *conn)
{
	return state_is_established(conn->state) || conn->state == XLVS_STATE_UDP;
}

/* expire_nodest_conn: a connection ends with its server. */
static __always_inline bool ends_with_server(const struct xlvs_server *s)
{
	return !(s->flags & XLVS_SERVER_AVAILABLE) && sysctl_is_set(XLVS_SYSCTL_EXPIRE_NODEST);
}

/* conn_reuse_mode, is_new_conn_expected(): the connection ended, so that a SYN or INIT is not about
 * it. One that a template holds goes on, as it would get the same server. */
static __always_inline bool is_over_for_opening(const struct xlvs_conn *conn)
{
	if (!sysctl_is_set(XLVS_SYSCTL_REUSE) ||
	    (conn->flags & XLVS_CONN_TEMPLATE_HELD && conn->method != XLVS_FULLNAT))
		return false;
	return conn->state == XLVS_STATE_TIME_WAIT || conn->state == XLVS_STATE_CLOSE ||
	       conn->state == XLVS_STATE_SCTP_CLOSED ||
	       (conn->state == XLVS_STATE_FIN_WAIT && conn->flags & XLVS_CONN_INPUT_ONLY &&
		sysctl_is_set(XLVS_SYSCTL_REUSE_FIN_WAIT));
}

/* is_new_conn(): a SYN or INIT, whatever else it carries. */
static __always_inline bool is_opening(const struct pkt *p)
{
	if (p->flags & PKT_LATER_FRAGMENT)
		return false;
	if (p->tuple.protocol == IPPROTO_SCTP)
		return sctp_event(p) == SCTP_EVENT_INIT;
	return p->tuple.protocol == IPPROTO_TCP && p->tcp_flags & TCP_SYN;
}

/* Whether a known connection makes room for a new one by this packet: ip_vs_in_hook(). */
static __always_inline bool begins_anew(const struct pkt *p, const struct xlvs_conn *conn)
{
	const struct xlvs_server *s = entry(&servers, conn->server);

	if (!s || ends_with_server(s))
		return true;
	if (!is_opening(p))
		return false;
	return is_over_for_opening(conn) ||
	       (!s->weight && sysctl_is_set(XLVS_SYSCTL_EXPIRE_NODEST));
}

/*
 * ipvsadm(8), -o: each datagram is scheduled by itself. Its connection serves
 * the answer only: it stays half open, is never cached, and gives way to the
 * client's next datagram.
 */
static __always_inline bool schedules_each_packet(const struct pkt *p, __u32 service)
{
	const struct xlvs_service *s = entry(&services, service);

	return s && s->flags & XLVS_SERVICE_ONE_PACKET && p->tuple.protocol == IPPROTO_UDP &&
	       !(p->flags & PKT_LATER_FRAGMENT);
}

/* Refreshes the connection and moves its state; copies of a connection that leaves ESTABLISHED stop
 * counting. */
static __always_inline void advance(const struct pkt *p, struct xlvs_conn *conn,
				    const struct xlvs_tuple *client, enum direction from)
{
	union conn_word before;
	__u16 after;

	WRITE_ONCE(conn->last_seen, bpf_jiffies64());
	for (int i = 0; i < MOVE_TRIES; i++) {
		before = conn_read(conn);
		after = next_state(p, before.state, before.flags, from);
		if (after == before.state) {
			/* it may have been set anew meanwhile */
			conn->timeout = state_timeout(conn->service, after);
			return;
		}
		if (conn_move(conn, before, after, 0))
			break;
	}
	if (state_is_established(before.state))
		epoch_bump(epoch_bucket(client));
}

static __always_inline void remember(const struct pkt *p, const struct decision *d,
				     const struct xlvs_tuple *client, const struct xlvs_conn *conn,
				     __u16 epoch, __u32 hop)
{
	struct flow_mark mark = {
		.protocol = p->tuple.protocol,
		.kind = d->kind,
		.port = d->port,
		.server = d->index,
		.bucket = epoch_bucket(client),
		.epoch = epoch,
		.until = fresh_until(conn->timeout),
		.hop = hop,
	};
	struct flow_detail detail = { .addr = d->addr, .local = conn->local_index };

	if (p->tuple.family == XLVS_IPV6 && !is_reply(d->kind))
		detail.addr = NULL;
	flow_store(p, &mark, &detail);
}

/* Moves a connection whose server has answered to the table that nothing evicts. */
static __always_inline struct xlvs_conn *settle(struct scratch *room, const struct xlvs_conn *half)
{
	room->conn = *half;
	if (HOOKED(promote)(room->conn.server) == PROMOTED_NOT)
		return NULL;
	return bpf_map_lookup_elem(&connections, &room->client);
}

/* Whether a client's packet will leave from here. */
static __always_inline bool is_within_reach(const struct xlvs_conn *conn)
{
	const struct xlvs_server *s = entry(&servers, conn->server);
	const struct xlvs_next_hop *hop = s ? entry(&next_hops, s->next_hop) : NULL;

	return hop && s->flags & XLVS_SERVER_AVAILABLE &&
	       (s->flags & XLVS_SERVER_LOCAL || hook_can_reach(hop));
}

/*
 * The same for one whose client has come back by this packet, which moves its state on the way:
 * so the new entry need not be looked up. A copy of it is returned, unless another CPU made it.
 */
static __always_inline struct xlvs_conn *settle_by(const struct pkt *p, struct scratch *room,
						   const struct xlvs_conn *half)
{
	room->conn = *half;
	if (is_within_reach(&room->conn))
		advance(p, &room->conn, &room->client, FROM_CLIENT);
	switch (HOOKED(promote)(room->conn.server)) {
	case PROMOTED_HERE:
		return &room->conn;
	case PROMOTED_ELSEWHERE:
		return bpf_map_lookup_elem(&connections, &room->client);
	default:
		return NULL;
	}
}

#endif
