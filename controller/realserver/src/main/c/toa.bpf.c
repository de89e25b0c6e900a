// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * FULLNAT on the real server: the client's address and port travel in the TCP
 * option TOA of the handshake's last ACK. A socket learns them when it becomes
 * established; accept() and getpeername() then return them.
 */
#include "maps.h"

#define AF_INET 2
#define AF_INET6 10

#define TCP_HEADER 20
#define TCP_OPTIONS_MAX 40

#define TCPOPT_EOL 0
#define TCPOPT_NOP 1
#define TCPOPT_TOA 254
#define TOA_IPV4_LENGTH 8  /* kind, length, port, IPv4 address */
#define TOA_IPV6_LENGTH 20 /* kind, length, port, IPv6 address */

struct toa_client {
	struct realserver_address address;
	__be16 port;
	__u16 pad;
};

/* Lives and dies with the socket. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct toa_client);
} toa_clients SEC(".maps");

/* 1 when the ACK carries a client, 0 when it has no TOA, negative when its TOA is not readable. */
static __always_inline int read_toa(const __u8 *tcp, const __u8 *end, struct toa_client *client)
{
	__u32 offset = TCP_HEADER;

	/* Options are not aligned: byte by byte, at most one step for each byte there can be. */
	for (int step = 0; step < TCP_OPTIONS_MAX; step++) {
		const __u8 *option = tcp + offset;
		__u8 kind, length;

		if (offset > TCP_HEADER + TCP_OPTIONS_MAX || option + 1 > end || (kind = option[0]) == TCPOPT_EOL)
			return 0;
		if (kind == TCPOPT_NOP) {
			offset++;
			continue;
		}
		if (option + 2 > end || (length = option[1]) < 2)
			return 0;
		if (kind != TCPOPT_TOA) {
			offset += length;
			continue;
		}
		if (length == TOA_IPV4_LENGTH && option + TOA_IPV4_LENGTH <= end) {
			__be32 ipv4;

			__builtin_memcpy(&client->port, option + 2, sizeof(client->port));
			__builtin_memcpy(&ipv4, option + 4, sizeof(ipv4));
			map_ipv4(&client->address, ipv4);
			return client->port && ipv4 ? 1 : -1;
		}
		if (length == TOA_IPV6_LENGTH && option + TOA_IPV6_LENGTH <= end) {
			__builtin_memcpy(&client->port, option + 2, sizeof(client->port));
			__builtin_memcpy(&client->address, option + 4, sizeof(client->address));
			/* A mapped address here would pass an IPv4 client off as IPv6 to getpeername4. */
			return client->port && !is_mapped_ipv4(&client->address) ? 1 : -1;
		}
		return -1;
	}
	return 0;
}

static __always_inline void peer_of(struct bpf_sock_ops *ctx, struct realserver_address *peer)
{
	/* Read before the branch: merged loads would take an offset from a register, which a context does not allow. */
	__be32 ipv4 = *(volatile __be32 *)&ctx->remote_ip4;

	if (ctx->family == AF_INET) {
		map_ipv4(peer, ipv4);
		return;
	}
	/* A dual-stack socket shows an IPv4 peer in mapped form already. */
	for (int i = 0; i < 4; i++)
		peer->word[i] = *(volatile __be32 *)&ctx->remote_ip6[i];
}

SEC("sockops")
int xlvs_toa_read(struct bpf_sock_ops *ctx)
{
	struct realserver_address peer;
	struct toa_client client = {};
	struct bpf_sock *sk = ctx->sk;
	int found;

	if (ctx->op != BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB || !sk)
		return 1;
	/* Not bpf_load_hdr_opt: it reads kind 254 only with the two-byte magic of RFC 6994. */
	found = read_toa(ctx->skb_data, ctx->skb_data_end, &client);
	if (!found)
		return 1;
	peer_of(ctx, &peer);
	if (!is_director(&peer)) {
		count(COUNT_TOA_UNTRUSTED);
	} else if (found < 0) {
		count(COUNT_TOA_MALFORMED);
	} else if (ctx->family == AF_INET && !is_mapped_ipv4(&client.address)) {
		count(COUNT_TOA_FAMILY);
	} else if (!bpf_sk_storage_get(&toa_clients, sk, &client, BPF_SK_STORAGE_GET_F_CREATE)) {
		count(COUNT_TOA_NO_MEMORY);
	} else {
		count(COUNT_TOA);
	}
	return 1;
}

SEC("cgroup/getpeername4")
int xlvs_toa_peer4(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	struct toa_client *client;

	if (!sk)
		return 1;
	client = bpf_sk_storage_get(&toa_clients, sk, 0, 0);
	if (client) {
		ctx->user_ip4 = client->address.word[3];
		ctx->user_port = client->port;
	}
	return 1;
}

SEC("cgroup/getpeername6")
int xlvs_toa_peer6(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	struct toa_client *client;

	if (!sk)
		return 1;
	client = bpf_sk_storage_get(&toa_clients, sk, 0, 0);
	if (client) {
		ctx->user_ip6[0] = client->address.word[0];
		ctx->user_ip6[1] = client->address.word[1];
		ctx->user_ip6[2] = client->address.word[2];
		ctx->user_ip6[3] = client->address.word[3];
		ctx->user_port = client->port;
	}
	return 1;
}

char _license[] SEC("license") = "Dual BSD/GPL";
