// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Housekeeping that the controller runs about once a second, more seldom where that would take it
 * more than a twentieth of a CPU (some 150 ns a connection): removes what has been idle longer than
 * its time-out, and puts right the counts of connections that a full half_open table evicted
 * unasked.
 */
#include "xlvs/hook_xdp.h"
#include "xlvs/conn.h"

/* One count of server_load and what a sweep makes of it. */
struct tally {
	__s32 before;  /* when the sweep began */
	__s32 counted; /* by the sweep */
	__s32 missing; /* what the last sweep would have added */
};

struct recount {
	struct tally active;
	struct tally inactive;
	__u32 persistent;
};

/* One sweep at a time. */
TABLE(recount, 1024, struct recount);

static __always_inline void count_entry(const struct xlvs_conn *conn)
{
	struct recount *of = entry(&recount, conn->server);

	if (!of)
		return;
	if (conn->flags & XLVS_CONN_COUNTED_ACTIVE)
		of->active.counted++;
	else
		of->inactive.counted++;
}

/* Whether a connection is to be removed. With expire_nodest_conn it ends with its server:
 * ip_vs_expire_nodest_conn_flush(). */
static __always_inline bool has_ended(const struct xlvs_conn *conn)
{
	const struct xlvs_server *s = entry(&servers, conn->server);

	return conn_expired(conn) || !s || s->generation != conn->generation ||
	       (!(s->flags & XLVS_SERVER_AVAILABLE) && sysctl_is_set(XLVS_SYSCTL_EXPIRE_NODEST));
}

static long sweep_connection(void *map, struct xlvs_tuple *client, struct xlvs_conn *conn,
			     struct xlvs_sweep *sweep)
{
	if (has_ended(conn)) {
		conn_delete(client, conn, false);
		sweep->expired++;
		return 0;
	}
	sweep->connections++;
	count_entry(conn);
	return 0;
}

static long sweep_half_open(void *map, struct xlvs_tuple *client, struct xlvs_conn *conn,
			    struct xlvs_sweep *sweep)
{
	if (has_ended(conn)) {
		conn_delete(client, conn, true);
		sweep->expired++;
		return 0;
	}
	sweep->half_open++;
	count_entry(conn);
	return 0;
}

/*
 * A server's tuple whose connection is gone, which happens when its server's slot went to another.
 * Half open is asked first: promotion goes from there to the other table, so that a connection on
 * its way is found in one of the two.
 */
static long sweep_reply(void *map, struct xlvs_tuple *reply, struct xlvs_tuple *client,
			void *unused)
{
	if (!bpf_map_lookup_elem(&half_open, client) && !bpf_map_lookup_elem(&connections, client))
		bpf_map_delete_elem(&replies, reply);
	return 0;
}

/* Counts a template; false if it is over: it ran out, or was deleted by request. It outlives both
 * while connections hold it, its time-out by another minute, as in IPVS. */
static __always_inline bool count_template(struct xlvs_template *template)
{
	struct recount *of = entry(&recount, template->server);
	bool ran_out = idle_for(READ_ONCE(template->last_seen), template->timeout);

	if (!template->connections && (ran_out || template->server == XLVS_RING_EMPTY))
		return false;
	if (ran_out) {
		template->last_seen = bpf_jiffies64();
		template->timeout = 60 * settings.jiffies_per_second;
	}
	if (of)
		of->persistent++;
	return true;
}

static long sweep_template(void *map, struct xlvs_tuple *key, struct xlvs_template *template,
			   struct xlvs_sweep *sweep)
{
	if (count_template(template)) {
		sweep->templates++;
	} else {
		bpf_map_delete_elem(&templates, key);
		sweep->expired++;
	}
	return 0;
}

static long sweep_half_template(void *map, struct xlvs_tuple *key, struct xlvs_template *template,
				struct xlvs_sweep *sweep)
{
	if (!count_template(template)) {
		bpf_map_delete_elem(&half_templates, key);
		sweep->expired++;
	}
	return 0;
}

static long begin_count(__u32 server, void *unused)
{
	struct recount *of = entry(&recount, server);
	const struct xlvs_load *load = entry(&server_load, server);

	if (!of || !load)
		return 0;
	of->active.before = READ_ONCE(load->active);
	of->active.counted = 0;
	of->inactive.before = READ_ONCE(load->inactive);
	of->inactive.counted = 0;
	of->persistent = 0;
	return 0;
}

/*
 * Puts a count right. Connections that began during the sweep may not have been met,
 * so that only what a count has too much beyond its own growth was lost, by evictions.
 * One that was promoted meanwhile was met twice, so that a count is raised only if it
 * stood still and the last sweep missed as many. The difference, not the figure, is
 * written: more come and go.
 */
static __always_inline void settle(__u32 *count, struct tally *of)
{
	__s32 now = READ_ONCE(*count);
	__s32 grown = now > of->before ? now - of->before : 0;
	__s32 change = of->counted - now;
	__s32 missing = change > 0 && now == of->before ? change : 0;

	if (change < -grown)
		__sync_fetch_and_add(count, change + grown);
	else if (missing && of->missing)
		__sync_fetch_and_add(count, missing < of->missing ? missing : of->missing);
	of->missing = missing;
}

static long settle_counts(__u32 server, void *unused)
{
	struct recount *of = entry(&recount, server);
	struct xlvs_load *load = entry(&server_load, server);

	if (!of || !load)
		return 0;
	settle(&load->active, &of->active);
	settle(&load->inactive, &of->inactive);
	WRITE_ONCE(load->persistent, of->persistent);
	load_check(server, load);
	return 0;
}

SEC("syscall")
int xlvs_sweep(struct xlvs_sweep *sweep)
{
	struct xlvs_sweep done = {};

	bpf_loop(settings.servers, begin_count, NULL, 0);
	/* Half-open ones first: one promoted meanwhile is met twice rather than never. */
	bpf_for_each_map_elem(&half_open, sweep_half_open, &done, 0);
	bpf_for_each_map_elem(&connections, sweep_connection, &done, 0);
	if (!sweep->skip_replies)
		bpf_for_each_map_elem(&replies, sweep_reply, NULL, 0);
	bpf_for_each_map_elem(&templates, sweep_template, &done, 0);
	bpf_for_each_map_elem(&half_templates, sweep_half_template, &done, 0);
	bpf_loop(settings.servers, settle_counts, NULL, 0);
	done.skip_replies = sweep->skip_replies;
	*sweep = done;
	return 0;
}

/* The kernel's clock of connections, for whoever shows their age. */
SEC("syscall")
int xlvs_jiffies(struct xlvs_clock *clock)
{
	clock->jiffies = bpf_jiffies64();
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
