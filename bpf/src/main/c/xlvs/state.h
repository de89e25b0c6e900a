/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * TCP states and idle time-outs as IPVS has them (ip_vs_proto_tcp.c). Changes
 * are a compare-and-swap of state, method and flags together: whoever wins it
 * moves the server's counts, so that a connection is counted exactly once.
 */
#ifndef XLVS_STATE_H
#define XLVS_STATE_H

#include "state_sctp.h"

enum tcp_event {
	EVENT_SYN = 0,
	EVENT_FIN = 1,
	EVENT_ACK = 2,
	EVENT_RST = 3,
	EVENT_NONE = 4, /* no flag at all: closes */
};

#define NO XLVS_STATE_NONE
#define ES XLVS_STATE_ESTABLISHED
#define SS XLVS_STATE_SYN_SENT
#define SR XLVS_STATE_SYN_RECV
#define FW XLVS_STATE_FIN_WAIT
#define TW XLVS_STATE_TIME_WAIT
#define CL XLVS_STATE_CLOSE
#define CW XLVS_STATE_CLOSE_WAIT
#define LA XLVS_STATE_LAST_ACK
#define LI XLVS_STATE_LISTEN
#define SA XLVS_STATE_SYNACK

/* clang-format off */
/* Next state by direction, event and state; a row is 16 long so that an index can be masked. */
static const __u8 tcp_next[4][8][16] = {
	[FROM_CLIENT] = {
		/*                NO  ES  SS  SR  FW  TW  CL  CW  LA  LI  SA */
		[EVENT_SYN]  = { SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SR },
		[EVENT_FIN]  = { CL, CW, SS, TW, TW, TW, CL, CW, LA, LI, TW },
		[EVENT_ACK]  = { ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES },
		[EVENT_RST]  = { CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, SR },
		[EVENT_NONE] = { CL, CL, CL, CL, CL, CL, CL, CL, CL, CL, CL },
	},
	[FROM_SERVER] = {
		[EVENT_SYN]  = { SS, ES, SS, SR, SS, SS, SS, SS, SS, LI, SR },
		[EVENT_FIN]  = { TW, FW, SS, TW, FW, TW, CL, TW, LA, LI, TW },
		[EVENT_ACK]  = { ES, ES, SS, ES, FW, TW, CL, CW, LA, ES, ES },
		[EVENT_RST]  = { CL, CL, SS, CL, CL, TW, CL, CL, CL, CL, CL },
		[EVENT_NONE] = { CL, CL, CL, CL, CL, CL, CL, CL, CL, CL, CL },
	},
	[CLIENT_ONLY] = {
		[EVENT_SYN]  = { SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SR },
		[EVENT_FIN]  = { CL, FW, SS, TW, FW, TW, CL, CW, LA, LI, TW },
		[EVENT_ACK]  = { ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES },
		[EVENT_RST]  = { CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, CL },
		[EVENT_NONE] = { CL, CL, CL, CL, CL, CL, CL, CL, CL, CL, CL },
	},
};

/* clang-format on */

#undef NO
#undef ES
#undef SS
#undef SR
#undef FW
#undef TW
#undef CL
#undef CW
#undef LA
#undef LI
#undef SA

static __always_inline enum tcp_event tcp_event(__u8 tcp_flags)
{
	if (tcp_flags & TCP_RST)
		return EVENT_RST;
	if (tcp_flags & TCP_SYN)
		return EVENT_SYN;
	if (tcp_flags & TCP_FIN)
		return EVENT_FIN;
	return tcp_flags & TCP_ACK ? EVENT_ACK : EVENT_NONE;
}

static __always_inline bool state_is_established(__u16 state)
{
	return state == XLVS_STATE_ESTABLISHED || state == XLVS_STATE_SCTP_ESTABLISHED;
}

/* States that ipvsadm counts as ActiveConn. */
static __always_inline bool state_is_active(__u16 state)
{
	return state_is_established(state) || state == XLVS_STATE_SYN_SENT ||
	       state == XLVS_STATE_SYN_RECV || state == XLVS_STATE_SYNACK;
}

static __always_inline bool sysctl_is_set(enum xlvs_sysctl sysctl)
{
	return control.sysctls & sysctl;
}

/* What a service sets for itself; 0: nothing. */
static __always_inline __u32 own_timeout(const struct xlvs_service *s, __u16 state)
{
	switch (state) {
	case XLVS_STATE_ESTABLISHED:
		return s->tcp_timeout;
	case XLVS_STATE_FIN_WAIT:
		return s->tcp_fin_timeout;
	case XLVS_STATE_UDP:
		return s->udp_timeout;
	default:
		return 0;
	}
}

/* How long a connection of the service may be idle in this state, in jiffies. */
static __noinline __u32 state_timeout(__u32 service, __u16 state)
{
	const struct xlvs_service *s = entry(&services, service);
	__u32 own = s ? own_timeout(s, state) : 0;
	__u64 index = state;

	if (own)
		return own;
	opaque(index);
	return index < XLVS_STATES ? control.timeouts[index] : 0;
}

/* --- how many connections a server has --- */

/* A count of server_load, which may be below zero for a moment: connections come and go while the
 * sweep recounts. */
static __always_inline __u32 load_read(const __u32 *count)
{
	__s32 value = READ_ONCE(*count);

	return value > 0 ? value : 0;
}

/* ipvsadm(8), -x and -y: overloaded from the upper threshold until below the lower (or 3/4 of the
 * upper). */
static __always_inline void load_check(__u32 server, struct xlvs_load *load)
{
	const struct xlvs_server *s = entry(&servers, server);
	__u64 total = (__u64)load_read(&load->active) + load_read(&load->inactive);

	if (!s || !(s->upper_threshold | load->overloaded))
		return;
	if (s->upper_threshold && total >= s->upper_threshold)
		load->overloaded = 1;
	else if (!s->upper_threshold ||
		 (s->lower_threshold ? total < s->lower_threshold
				     : total * 4 < (__u64)s->upper_threshold * 3))
		load->overloaded = 0;
}

static __always_inline void load_change(__u32 server, int active, int inactive)
{
	struct xlvs_load *load = entry(&server_load, server);

	if (!load)
		return;
	if (active)
		__sync_fetch_and_add(&load->active, active);
	if (inactive)
		__sync_fetch_and_add(&load->inactive, inactive);
	load_check(server, load);
}

/* Counts a new connection, or one that is gone (by -1). */
static __always_inline void load_count(__u32 server, __u8 conn_flags, int by)
{
	bool active = conn_flags & XLVS_CONN_COUNTED_ACTIVE;

	load_change(server, active ? by : 0, active ? 0 : by);
}

/* --- the state itself --- */

union conn_word {
	struct {
		__u16 state;
		__u8 method;
		__u8 flags;
	};
	__u32 word;
};

static __always_inline __u32 *conn_word(struct xlvs_conn *conn)
{
	return (__u32 *)&conn->state;
}

static __always_inline union conn_word conn_read(struct xlvs_conn *conn)
{
	return (union conn_word){ .word = READ_ONCE(*conn_word(conn)) };
}

/* A loser of the race below looks again, once: it lost to one packet, hardly ever to two. */
#define MOVE_TRIES 2

/* Moves a connection from what was read to `state` and sets `flags`; false if another CPU has moved
 * it meanwhile. */
static __always_inline bool conn_move(struct xlvs_conn *conn, union conn_word before, __u16 state,
				      __u8 flags)
{
	union conn_word after = before;
	bool active = state_is_active(state);

	after.state = state;
	after.flags |= flags;
	after.flags = active ? after.flags | XLVS_CONN_COUNTED_ACTIVE
			     : after.flags & ~XLVS_CONN_COUNTED_ACTIVE;
	if (__sync_val_compare_and_swap(conn_word(conn), before.word, after.word) != before.word)
		return false;
	if ((before.flags ^ after.flags) & XLVS_CONN_COUNTED_ACTIVE)
		load_change(conn->server, active ? 1 : -1, active ? -1 : 1);
	conn->timeout = state_timeout(conn->service, state);
	return true;
}

/*
 * Whether more than `timeout` jiffies have passed since. The time may lie ahead of
 * ours: whoever interrupted us between our two reads has refreshed it.
 */
static __always_inline bool idle_for(__u64 since, __u32 timeout)
{
	return (__s64)(bpf_jiffies64() - since) > (__s64)timeout;
}

/* The connection's state after this packet. */
static __always_inline __u16 next_state(const struct pkt *p, __u16 state, __u8 flags,
					enum direction from)
{
	enum tcp_event event;

	if (p->tuple.protocol == IPPROTO_UDP)
		return XLVS_STATE_UDP;
	if (p->flags & PKT_LATER_FRAGMENT)
		return state;
	if (from == FROM_CLIENT && flags & XLVS_CONN_INPUT_ONLY)
		from = CLIENT_ONLY;
	if (p->tuple.protocol == IPPROTO_SCTP)
		return XLVS_STATE_SCTP_NONE | sctp_next[from & 3][sctp_event(p) & 15][state & 15];
	event = tcp_event(p->tcp_flags);
	return tcp_next[from & 3][event & 7][state & 15];
}

#endif
