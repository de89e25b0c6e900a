// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Housekeeping that the controller runs about once a second: removes what has
 * been idle longer than its time-out, and puts right the counts of connections
 * that a full half_open table evicted unasked.
 */
#include "xlvs/hook_xdp.h"
#include "xlvs/conn.h"

/* Connections of each server as this sweep counts them; one sweep at a time. */
TABLE(recount, 1024, struct xlvs_load);

static __always_inline void count_entry(const struct xlvs_conn *conn)
{
	struct xlvs_load *load = entry(&recount, conn->server);

	if (!load)
		return;
	if (conn->flags & XLVS_CONN_COUNTED_ACTIVE)
		load->active++;
	else
		load->inactive++;
}

static long sweep_connection(void *map, struct xlvs_tuple *client, struct xlvs_conn *conn,
			     struct xlvs_sweep *sweep)
{
	if (conn_expired(conn) || conn_server_changed(conn)) {
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
	if (conn_expired(conn) || conn_server_changed(conn)) {
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

/* Counts a template; false if it is over. It outlives its time-out while connections hold it: then
 * it gets another minute, as in IPVS. */
static __always_inline bool count_template(struct xlvs_template *template)
{
	struct xlvs_load *load = entry(&recount, template->server);

	if (idle_for(READ_ONCE(template->last_seen), template->timeout)) {
		if (!template->connections)
			return false;
		template->last_seen = bpf_jiffies64();
		template->timeout = 60 * settings.jiffies_per_second;
	}
	if (load)
		load->persistent++;
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

static long clear_recount(__u32 server, void *unused)
{
	struct xlvs_load *load = entry(&recount, server);

	if (load)
		*load = (struct xlvs_load){};
	return 0;
}

/* The difference, not the figure, is written: connections come and go meanwhile. */
static long settle_count(__u32 server, void *unused)
{
	struct xlvs_load *counted = entry(&recount, server);
	struct xlvs_load *load = entry(&server_load, server);
	__u32 active, inactive;

	if (!counted || !load)
		return 0;
	active = READ_ONCE(load->active);
	inactive = READ_ONCE(load->inactive);
	if (counted->active != active)
		__sync_fetch_and_add(&load->active, counted->active - active);
	if (counted->inactive != inactive)
		__sync_fetch_and_add(&load->inactive, counted->inactive - inactive);
	WRITE_ONCE(load->persistent, counted->persistent);
	load_check(server, load);
	return 0;
}

SEC("syscall")
int xlvs_sweep(struct xlvs_sweep *sweep)
{
	struct xlvs_sweep done = {};

	bpf_loop(settings.servers, clear_recount, NULL, 0);
	bpf_for_each_map_elem(&connections, sweep_connection, &done, 0);
	bpf_for_each_map_elem(&half_open, sweep_half_open, &done, 0);
	bpf_for_each_map_elem(&replies, sweep_reply, NULL, 0);
	bpf_for_each_map_elem(&templates, sweep_template, &done, 0);
	bpf_for_each_map_elem(&half_templates, sweep_half_template, &done, 0);
	bpf_loop(settings.servers, settle_count, NULL, 0);
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
