// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.internal;

/**
 * Sizes and byte offsets of the libbpf option structs and kernel info structs in use (64-bit architectures). A test asks a C
 * compiler for every one of them.
 */
public final class Layout {
  // struct bpf_object_open_opts
  public static final int OPEN_SIZE = 80;
  public static final int OPEN_OBJECT_NAME = 8;

  // struct bpf_test_run_opts
  public static final int TEST_RUN_SIZE = 80;
  public static final int TEST_RUN_DATA_IN = 8;
  public static final int TEST_RUN_DATA_OUT = 16;
  public static final int TEST_RUN_DATA_SIZE_IN = 24;
  public static final int TEST_RUN_DATA_SIZE_OUT = 28;
  public static final int TEST_RUN_CTX_IN = 32;
  public static final int TEST_RUN_CTX_OUT = 40;
  public static final int TEST_RUN_CTX_SIZE_IN = 48;
  public static final int TEST_RUN_CTX_SIZE_OUT = 52;
  public static final int TEST_RUN_RETVAL = 56;
  public static final int TEST_RUN_REPEAT = 60;
  public static final int TEST_RUN_DURATION = 64;
  public static final int TEST_RUN_FLAGS = 68;
  public static final int TEST_RUN_CPU = 72;
  public static final int TEST_RUN_BATCH_SIZE = 76;

  // struct bpf_map_batch_opts
  public static final int MAP_BATCH_SIZE = 24;

  // struct bpf_prog_load_opts
  public static final int PROG_LOAD_SIZE = 104;
  public static final int PROG_LOAD_EXPECTED_ATTACH_TYPE = 12;
  public static final int PROG_LOAD_PROG_FLAGS = 20;
  public static final int PROG_LOAD_LOG_LEVEL = 88;
  public static final int PROG_LOAD_LOG_SIZE = 92;
  public static final int PROG_LOAD_LOG_BUF = 96;

  // struct bpf_map_create_opts
  public static final int MAP_CREATE_SIZE = 48;
  public static final int MAP_CREATE_INNER_MAP_FD = 24;
  public static final int MAP_CREATE_MAP_FLAGS = 28;

  // struct bpf_link_create_opts, struct bpf_link_update_opts
  public static final int LINK_CREATE_SIZE = 64;
  public static final int LINK_CREATE_FLAGS = 8;
  public static final int LINK_UPDATE_SIZE = 16;
  public static final int LINK_UPDATE_FLAGS = 8;
  public static final int LINK_UPDATE_OLD_PROG_FD = 12;

  // struct bpf_xdp_query_opts
  public static final int XDP_QUERY_SIZE = 32;
  public static final int XDP_QUERY_DRV_PROG_ID = 12;
  public static final int XDP_QUERY_SKB_PROG_ID = 20;

  // struct bpf_tc_hook, struct bpf_tc_opts
  public static final int TC_HOOK_SIZE = 24;
  public static final int TC_HOOK_IFINDEX = 8;
  public static final int TC_HOOK_ATTACH_POINT = 12;
  public static final int TC_OPTS_SIZE = 32;
  public static final int TC_OPTS_PROG_FD = 8;
  public static final int TC_OPTS_FLAGS = 12;
  public static final int TC_OPTS_PROG_ID = 16;
  public static final int TC_OPTS_HANDLE = 20;
  public static final int TC_OPTS_PRIORITY = 24;

  // struct bpf_map_info
  public static final int MAP_INFO_SIZE = 88;
  public static final int MAP_INFO_TYPE = 0;
  public static final int MAP_INFO_ID = 4;
  public static final int MAP_INFO_KEY_SIZE = 8;
  public static final int MAP_INFO_VALUE_SIZE = 12;
  public static final int MAP_INFO_MAX_ENTRIES = 16;
  public static final int MAP_INFO_MAP_FLAGS = 20;
  public static final int MAP_INFO_NAME = 24;

  // struct bpf_prog_info
  public static final int PROG_INFO_SIZE = 232;
  public static final int PROG_INFO_TYPE = 0;
  public static final int PROG_INFO_ID = 4;
  public static final int PROG_INFO_TAG = 8;
  public static final int PROG_INFO_JITED_LEN = 16;
  public static final int PROG_INFO_XLATED_LEN = 20;
  public static final int PROG_INFO_NR_MAP_IDS = 52;
  public static final int PROG_INFO_MAP_IDS = 56;
  public static final int PROG_INFO_NAME = 64;
  public static final int PROG_INFO_RUN_TIME_NS = 192;
  public static final int PROG_INFO_RUN_CNT = 200;
  public static final int PROG_INFO_VERIFIED_INSNS = 216;

  // struct bpf_link_info
  public static final int LINK_INFO_SIZE = 48;
  public static final int LINK_INFO_TYPE = 0;
  public static final int LINK_INFO_ID = 4;
  public static final int LINK_INFO_PROG_ID = 8;
  public static final int LINK_INFO_XDP_IFINDEX = 16;
  public static final int LINK_INFO_CGROUP_ID = 16;

  /** BPF_OBJ_NAME_LEN: names in info structs, including the final zero. */
  public static final int OBJECT_NAME_BYTES = 16;

  /** BPF_TAG_SIZE. */
  public static final int TAG_BYTES = 8;

  private Layout() {}
}
