// SPDX-License-Identifier: Apache-2.0
/* Prints the sizes and offsets that Layout.java must have, under its names. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdio.h>

#define SIZE(NAME, TYPE) printf("%s %zu\n", #NAME, sizeof(struct TYPE))
#define AT(NAME, TYPE, FIELD) printf("%s %zu\n", #NAME, offsetof(struct TYPE, FIELD))

static void print_options(void)
{
	SIZE(OPEN_SIZE, bpf_object_open_opts);
	AT(OPEN_OBJECT_NAME, bpf_object_open_opts, object_name);
	SIZE(TEST_RUN_SIZE, bpf_test_run_opts);
	AT(TEST_RUN_DATA_IN, bpf_test_run_opts, data_in);
	AT(TEST_RUN_DATA_OUT, bpf_test_run_opts, data_out);
	AT(TEST_RUN_DATA_SIZE_IN, bpf_test_run_opts, data_size_in);
	AT(TEST_RUN_DATA_SIZE_OUT, bpf_test_run_opts, data_size_out);
	AT(TEST_RUN_CTX_IN, bpf_test_run_opts, ctx_in);
	AT(TEST_RUN_CTX_OUT, bpf_test_run_opts, ctx_out);
	AT(TEST_RUN_CTX_SIZE_IN, bpf_test_run_opts, ctx_size_in);
	AT(TEST_RUN_CTX_SIZE_OUT, bpf_test_run_opts, ctx_size_out);
	AT(TEST_RUN_RETVAL, bpf_test_run_opts, retval);
	AT(TEST_RUN_REPEAT, bpf_test_run_opts, repeat);
	AT(TEST_RUN_DURATION, bpf_test_run_opts, duration);
	AT(TEST_RUN_FLAGS, bpf_test_run_opts, flags);
	AT(TEST_RUN_CPU, bpf_test_run_opts, cpu);
	AT(TEST_RUN_BATCH_SIZE, bpf_test_run_opts, batch_size);
	SIZE(MAP_BATCH_SIZE, bpf_map_batch_opts);
	SIZE(PROG_LOAD_SIZE, bpf_prog_load_opts);
	AT(PROG_LOAD_EXPECTED_ATTACH_TYPE, bpf_prog_load_opts, expected_attach_type);
	AT(PROG_LOAD_PROG_FLAGS, bpf_prog_load_opts, prog_flags);
	AT(PROG_LOAD_LOG_LEVEL, bpf_prog_load_opts, log_level);
	AT(PROG_LOAD_LOG_SIZE, bpf_prog_load_opts, log_size);
	AT(PROG_LOAD_LOG_BUF, bpf_prog_load_opts, log_buf);
	SIZE(MAP_CREATE_SIZE, bpf_map_create_opts);
	AT(MAP_CREATE_INNER_MAP_FD, bpf_map_create_opts, inner_map_fd);
	AT(MAP_CREATE_MAP_FLAGS, bpf_map_create_opts, map_flags);
}

static void print_attachments(void)
{
	SIZE(LINK_CREATE_SIZE, bpf_link_create_opts);
	AT(LINK_CREATE_FLAGS, bpf_link_create_opts, flags);
	SIZE(LINK_UPDATE_SIZE, bpf_link_update_opts);
	AT(LINK_UPDATE_FLAGS, bpf_link_update_opts, flags);
	AT(LINK_UPDATE_OLD_PROG_FD, bpf_link_update_opts, old_prog_fd);
	SIZE(XDP_QUERY_SIZE, bpf_xdp_query_opts);
	AT(XDP_QUERY_DRV_PROG_ID, bpf_xdp_query_opts, drv_prog_id);
	AT(XDP_QUERY_SKB_PROG_ID, bpf_xdp_query_opts, skb_prog_id);
	SIZE(TC_HOOK_SIZE, bpf_tc_hook);
	AT(TC_HOOK_IFINDEX, bpf_tc_hook, ifindex);
	AT(TC_HOOK_ATTACH_POINT, bpf_tc_hook, attach_point);
	SIZE(TC_OPTS_SIZE, bpf_tc_opts);
	AT(TC_OPTS_PROG_FD, bpf_tc_opts, prog_fd);
	AT(TC_OPTS_FLAGS, bpf_tc_opts, flags);
	AT(TC_OPTS_PROG_ID, bpf_tc_opts, prog_id);
	AT(TC_OPTS_HANDLE, bpf_tc_opts, handle);
	AT(TC_OPTS_PRIORITY, bpf_tc_opts, priority);
}

static void print_infos(void)
{
	SIZE(MAP_INFO_SIZE, bpf_map_info);
	AT(MAP_INFO_TYPE, bpf_map_info, type);
	AT(MAP_INFO_ID, bpf_map_info, id);
	AT(MAP_INFO_KEY_SIZE, bpf_map_info, key_size);
	AT(MAP_INFO_VALUE_SIZE, bpf_map_info, value_size);
	AT(MAP_INFO_MAX_ENTRIES, bpf_map_info, max_entries);
	AT(MAP_INFO_MAP_FLAGS, bpf_map_info, map_flags);
	AT(MAP_INFO_NAME, bpf_map_info, name);
	SIZE(PROG_INFO_SIZE, bpf_prog_info);
	AT(PROG_INFO_TYPE, bpf_prog_info, type);
	AT(PROG_INFO_ID, bpf_prog_info, id);
	AT(PROG_INFO_TAG, bpf_prog_info, tag);
	AT(PROG_INFO_JITED_LEN, bpf_prog_info, jited_prog_len);
	AT(PROG_INFO_XLATED_LEN, bpf_prog_info, xlated_prog_len);
	AT(PROG_INFO_NR_MAP_IDS, bpf_prog_info, nr_map_ids);
	AT(PROG_INFO_MAP_IDS, bpf_prog_info, map_ids);
	AT(PROG_INFO_NAME, bpf_prog_info, name);
	AT(PROG_INFO_RUN_TIME_NS, bpf_prog_info, run_time_ns);
	AT(PROG_INFO_RUN_CNT, bpf_prog_info, run_cnt);
	AT(PROG_INFO_VERIFIED_INSNS, bpf_prog_info, verified_insns);
	SIZE(LINK_INFO_SIZE, bpf_link_info);
	AT(LINK_INFO_TYPE, bpf_link_info, type);
	AT(LINK_INFO_ID, bpf_link_info, id);
	AT(LINK_INFO_PROG_ID, bpf_link_info, prog_id);
	AT(LINK_INFO_XDP_IFINDEX, bpf_link_info, xdp.ifindex);
	AT(LINK_INFO_CGROUP_ID, bpf_link_info, cgroup.cgroup_id);
}

int main(void)
{
	print_options();
	print_attachments();
	print_infos();
	printf("OBJECT_NAME_BYTES %d\nTAG_BYTES %d\n", BPF_OBJ_NAME_LEN, BPF_TAG_SIZE);
	return 0;
}
