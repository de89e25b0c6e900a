/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * BTF keeps only types that a map, a global or a function refers to. This
 * global refers to the rest of the contract, so that io.xlvs.bpf.AbiCheck finds
 * all of it in the object. Nothing reads it.
 */
#ifndef XLVS_ABI_TYPES_H
#define XLVS_ABI_TYPES_H

#include "bpf.h"

const volatile struct {
	enum xlvs_family family;
	enum xlvs_method method;
	enum xlvs_tunnel tunnel;
	enum xlvs_tunnel_flag tunnel_flag;
	enum xlvs_state state;
	enum xlvs_endpoint_kind endpoint_kind;
	enum xlvs_pick pick;
	enum xlvs_service_flag service_flag;
	enum xlvs_server_flag server_flag;
	enum xlvs_next_hop_flag next_hop_flag;
	enum xlvs_conn_flag conn_flag;
	enum xlvs_sysctl sysctl;
	enum xlvs_deletion_table deletion_table;
	enum xlvs_deletion_outcome deletion_outcome;
	enum xlvs_reason reason;
	struct xlvs_sweep sweep;
	struct xlvs_clock clock;
	struct xlvs_delete delete;
	enum xlvs_place_state place_state;
	struct xlvs_place place;
	struct xlvs_ring_sweep ring_sweep;
} abi_types = {};

#endif
