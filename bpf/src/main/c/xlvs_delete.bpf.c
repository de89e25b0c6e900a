// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Deletes entries of the connection tables that the controller has read and
 * chosen: `lbctl connection delete`. Packets, the sweep and this may meet at one
 * entry: conn_delete() lets the one that finds it do the rest. What has changed
 * since it was read stays, for the controller to choose anew.
 */
#include "xlvs/hook_xdp.h"
#include "xlvs/conn.h"

TABLE(deletions, XLVS_DELETIONS, struct xlvs_deletion);

static __always_inline __u32 delete_connection(const struct xlvs_deletion *d, bool half)
{
	struct xlvs_conn *conn = half ? bpf_map_lookup_elem(&half_open, &d->key)
				      : bpf_map_lookup_elem(&connections, &d->key);

	if (!conn)
		return XLVS_OUTCOME_GONE;
	if (READ_ONCE(conn->last_seen) != d->last_seen || conn->server != d->server ||
	    conn->generation != d->generation || conn_read(conn).state != d->state)
		return XLVS_OUTCOME_CHANGED;
	return conn_delete(&d->key, conn, half) ? XLVS_OUTCOME_GONE : XLVS_OUTCOME_DELETED;
}

/*
 * One that connections hold stays for them to release, bound to no server: the
 * client's next connection binds it anew, and the sweep removes it after the last.
 */
static __always_inline __u32 delete_template(const struct xlvs_deletion *d, bool half)
{
	struct xlvs_template *template = half ? bpf_map_lookup_elem(&half_templates, &d->key)
					      : bpf_map_lookup_elem(&templates, &d->key);
	struct xlvs_load *load = entry(&server_load, d->server);

	if (!template)
		return XLVS_OUTCOME_GONE;
	if (READ_ONCE(template->last_seen) != d->last_seen || template->server != d->server ||
	    template->generation != d->generation)
		return XLVS_OUTCOME_CHANGED;
	if (half) {
		if (bpf_map_delete_elem(&half_templates, &d->key))
			return XLVS_OUTCOME_GONE;
	} else if (template->connections) {
		WRITE_ONCE(template->server, XLVS_RING_EMPTY);
	} else if (bpf_map_delete_elem(&templates, &d->key)) {
		return XLVS_OUTCOME_GONE;
	}
	if (load && READ_ONCE(load->persistent))
		__sync_fetch_and_add(&load->persistent, -1);
	return XLVS_OUTCOME_DELETED;
}

static long delete_entry(__u32 i, struct xlvs_delete *done)
{
	struct xlvs_deletion *d = entry(&deletions, i);

	if (!d)
		return 1;
	switch (d->table) {
	case XLVS_IN_CONNECTIONS:
		d->outcome = delete_connection(d, false);
		break;
	case XLVS_IN_HALF_OPEN:
		d->outcome = delete_connection(d, true);
		break;
	case XLVS_IN_TEMPLATES:
		d->outcome = delete_template(d, false);
		break;
	default:
		d->outcome = delete_template(d, true);
	}
	done->deleted += d->outcome == XLVS_OUTCOME_DELETED;
	return 0;
}

SEC("syscall")
int xlvs_delete(struct xlvs_delete *delete)
{
	struct xlvs_delete done = {};

	bpf_loop(delete->count, delete_entry, &done, 0);
	delete->deleted = done.deleted;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
