// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.internal;

import jnr.ffi.annotations.Delegate;
import jnr.ffi.annotations.IgnoreError;
import jnr.ffi.types.size_t;

/**
 * The functions of libbpf 1.x that the loader calls, under their C names.
 *
 * <p>Pointers to memory and to libbpf's own objects are passed as {@code long} addresses, which jnr-ffi hands over without
 * conversion. Functions that return {@code int} return a negative error number; functions that return an address return 0
 * and set errno ({@link Native#lastErrno()}). Struct offsets are in {@link Layout}.
 */
public interface LibBpf {
  /** C type {@code libbpf_print_fn_t}; {@code vaList} is an address on the supported architectures. */
  interface PrintFunction {
    @Delegate
    int print(int level, long format, long vaList);
  }

  /** C type {@code ring_buffer_sample_fn}: negative stops the consumer and is returned by it. */
  interface SampleFunction {
    @Delegate
    int sample(long context, long data, @size_t long sizeBytes);
  }

  int libbpf_major_version();

  int libbpf_minor_version();

  long libbpf_set_print(PrintFunction function);

  // Objects

  long bpf_object__open_mem(long bytes, @size_t long sizeBytes, long options);

  int bpf_object__load(long object);

  void bpf_object__close(long object);

  long bpf_object__find_map_by_name(long object, String name);

  long bpf_object__find_program_by_name(long object, String name);

  int bpf_program__set_autoload(long program, int autoload);

  int bpf_program__set_type(long program, int type);

  int bpf_program__set_expected_attach_type(long program, int attachType);

  int bpf_program__set_flags(long program, int flags);

  int bpf_program__set_log_buf(long program, long buffer, @size_t long sizeBytes);

  int bpf_program__set_log_level(long program, int level);

  int bpf_program__fd(long program);

  int bpf_map__fd(long map);

  int bpf_map__reuse_fd(long map, int fd);

  int bpf_map__set_max_entries(long map, int maxEntries);

  int bpf_map__set_map_flags(long map, int flags);

  int bpf_map__set_pin_path(long map, String path);

  int bpf_map__set_initial_value(long map, long data, @size_t long sizeBytes);

  // Maps

  int bpf_map_create(int type, String name, int keySize, int valueSize, int maxEntries, long options);

  @IgnoreError
  int bpf_map_lookup_elem_flags(int fd, long key, long value, long flags);

  @IgnoreError
  int bpf_map_update_elem(int fd, long key, long value, long flags);

  @IgnoreError
  int bpf_map_delete_elem(int fd, long key);

  @IgnoreError
  int bpf_map_lookup_and_delete_elem(int fd, long key, long value);

  @IgnoreError
  int bpf_map_get_next_key(int fd, long key, long nextKey);

  @IgnoreError
  int bpf_map_update_batch(int fd, long keys, long values, long count, long options);

  @IgnoreError
  int bpf_map_delete_batch(int fd, long keys, long count, long options);

  @IgnoreError
  int bpf_map_lookup_batch(int fd, long inBatch, long outBatch, long keys, long values, long count, long options);

  @IgnoreError
  int bpf_map_lookup_and_delete_batch(
      int fd, long inBatch, long outBatch, long keys, long values, long count, long options);

  int bpf_map_freeze(int fd);

  // Any kind of object

  int bpf_obj_pin(int fd, String path);

  int bpf_obj_get(String path);

  int bpf_obj_get_info_by_fd(int fd, long info, long infoSize);

  int bpf_map_get_fd_by_id(int id);

  int bpf_prog_get_fd_by_id(int id);

  int bpf_link_get_fd_by_id(int id);

  // Programs and links

  int bpf_prog_test_run_opts(int fd, long options);

  int bpf_enable_stats(int type);

  int bpf_link_create(int programFd, int target, int attachType, long options);

  int bpf_link_update(int linkFd, int programFd, long options);

  int bpf_link_detach(int linkFd);

  int bpf_raw_tracepoint_open(String name, int programFd);

  int bpf_xdp_attach(int ifindex, int programFd, int flags, long options);

  int bpf_xdp_detach(int ifindex, int flags, long options);

  int bpf_xdp_query(int ifindex, int flags, long options);

  int bpf_tc_hook_create(long hook);

  int bpf_tc_hook_destroy(long hook);

  int bpf_tc_attach(long hook, long options);

  int bpf_tc_detach(long hook, long options);

  int bpf_tc_query(long hook, long options);

  // Ring buffer

  long ring_buffer__new(int mapFd, SampleFunction function, long context, long options);

  void ring_buffer__free(long ring);

  int ring_buffer__poll(long ring, int timeoutMs);

  int ring_buffer__consume(long ring);

  // Probes: 1 supported, 0 not, negative error number

  int libbpf_probe_bpf_prog_type(int type, long options);

  int libbpf_probe_bpf_map_type(int type, long options);

  int bpf_prog_load(int type, String name, String license, long instructions, @size_t long count, long options);
}
