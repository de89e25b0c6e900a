// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* One map of each kind, and programs that read or write them so that tests see the kernel's side. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct flow {
	__u32 address;
	__u16 port;
	__u16 zero;
};

struct lpm_key {
	__u32 prefix_bits;
	__u8 address[4]; /* network order */
};

#define MAP(NAME, TYPE, KEY, VALUE, ENTRIES, FLAGS)                                                                    \
	struct {                                                                                                       \
		__uint(type, TYPE);                                                                                    \
		__type(key, KEY);                                                                                      \
		__type(value, VALUE);                                                                                  \
		__uint(max_entries, ENTRIES);                                                                          \
		__uint(map_flags, FLAGS);                                                                              \
	} NAME SEC(".maps")

MAP(hash, BPF_MAP_TYPE_HASH, struct flow, __u64, 1024, 0);
MAP(lru_hash, BPF_MAP_TYPE_LRU_HASH, __u32, __u64, 64, 0);
MAP(array, BPF_MAP_TYPE_ARRAY, __u32, __u64, 16, 0);
MAP(percpu_array, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, __u32, 4, 0);
MAP(percpu_hash, BPF_MAP_TYPE_PERCPU_HASH, __u32, __u64, 64, 0);
MAP(lpm_trie, BPF_MAP_TYPE_LPM_TRIE, struct lpm_key, __u32, 64, BPF_F_NO_PREALLOC);
MAP(devmap, BPF_MAP_TYPE_DEVMAP, __u32, __u32, 8, 0);
MAP(devmap_hash, BPF_MAP_TYPE_DEVMAP_HASH, __u32, struct bpf_devmap_val, 8, 0);
MAP(mapped, BPF_MAP_TYPE_ARRAY, __u32, struct flow, 1000, BPF_F_MMAPABLE);

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__uint(key_size, 4);
	__uint(value_size, 12);
	__uint(max_entries, 7);
} by_size SEC(".maps");

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 key = 1;
	__u32 *counter = bpf_map_lookup_elem(&percpu_array, &key);

	if (counter)
		*counter += ctx->data_end - ctx->data;
	return XDP_PASS;
}

SEC("xdp")
int read_maps(struct xdp_md *ctx)
{
	struct flow flow = { .address = 0x0a000001, .port = 80 };
	struct lpm_key address = { .prefix_bits = 32, .address = { 10, 1, 2, 3 } };
	__u32 five = 5;
	__u64 *in_hash = bpf_map_lookup_elem(&hash, &flow);
	__u32 *in_trie = bpf_map_lookup_elem(&lpm_trie, &address);
	struct flow *in_mapped = bpf_map_lookup_elem(&mapped, &five);
	__u32 key = 2;
	__u64 sum = 0;

	sum += in_hash ? *in_hash : 0;
	sum += in_trie ? *in_trie : 0;
	sum += in_mapped ? in_mapped->address : 0;
	bpf_map_update_elem(&array, &key, &sum, BPF_ANY);
	return XDP_DROP;
}

SEC("xdp")
int redirect(struct xdp_md *ctx)
{
	return bpf_redirect_map(&devmap, 3, 0);
}

SEC("?xdp")
int optional(struct xdp_md *ctx)
{
	return XDP_ABORTED;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
