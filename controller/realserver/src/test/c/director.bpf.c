// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Stands in for a director in the tests, on the way out of the client's host:
 * puts packets for the VIPs into a tunnel, or a client into the handshake's ACK.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "../../main/c/headers.h"

enum { CARRY_IPIP = 0, CARRY_GRE = 1, CARRY_GUE = 2 };

volatile const __u32 carry;
volatile const __u32 outer_version;
volatile const __u8 outer_source[16];
volatile const __u8 outer_destination[16];
volatile const __u8 vip4[4];
volatile const __u8 vip6[16];

/* The option as it is to be sent, its length in its second byte. */
volatile const __u8 toa[20];

struct outer {
	union {
		struct ipv4_header ip4;
		struct ipv6_header ip6;
	};
};

static __always_inline int for_vip(struct __sk_buff *skb, int *version, __u32 *length)
{
	__u8 destination[16];

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct ipv4_header ip;

		if (bpf_skb_load_bytes(skb, ETHERNET_HEADER, &ip, sizeof(ip)))
			return 0;
		__builtin_memcpy(destination, &ip.destination, 4);
		*version = 4;
		*length = bpf_ntohs(ip.total_length);
		for (int i = 0; i < 4; i++)
			if (destination[i] != vip4[i])
				return 0;
		return 1;
	}
	if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		struct ipv6_header ip;

		if (bpf_skb_load_bytes(skb, ETHERNET_HEADER, &ip, sizeof(ip)))
			return 0;
		__builtin_memcpy(destination, ip.destination, 16);
		*version = 6;
		*length = bpf_ntohs(ip.payload_length) + sizeof(ip);
		for (int i = 0; i < 16; i++)
			if (destination[i] != vip6[i])
				return 0;
		return 1;
	}
	return 0;
}

static __always_inline __be16 ipv4_checksum(struct ipv4_header *ip)
{
	__u32 sum;

	ip->checksum = 0;
	sum = bpf_csum_diff(0, 0, (__be32 *)ip, sizeof(*ip), 0);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static __always_inline int write_outer(struct __sk_buff *skb, __u8 protocol, __u32 payload)
{
	if (outer_version == 4) {
		struct ipv4_header ip = { .version_words = 0x45, .ttl = 64, .protocol = protocol };

		ip.total_length = bpf_htons(payload + sizeof(ip));
		for (int i = 0; i < 4; i++) {
			((__u8 *)&ip.source)[i] = outer_source[i];
			((__u8 *)&ip.destination)[i] = outer_destination[i];
		}
		ip.checksum = ipv4_checksum(&ip);
		return bpf_skb_store_bytes(skb, ETHERNET_HEADER, &ip, sizeof(ip), 0);
	}
	struct ipv6_header ip = { .version_class = 0x60, .next_header = protocol, .hop_limit = 64 };

	ip.payload_length = bpf_htons(payload);
	for (int i = 0; i < 16; i++) {
		((__u8 *)ip.source)[i] = outer_source[i];
		((__u8 *)ip.destination)[i] = outer_destination[i];
	}
	return bpf_skb_store_bytes(skb, ETHERNET_HEADER, &ip, sizeof(ip), 0);
}

SEC("tc")
int test_encapsulate(struct __sk_buff *skb)
{
	__u32 outer = outer_version == 4 ? 20 : 40, extra = carry == CARRY_GUE ? 12 : carry == CARRY_GRE ? 4 : 0;
	__u64 flags = BPF_F_ADJ_ROOM_FIXED_GSO;
	__be16 protocol;
	__u32 length = 0;
	int version = 0;

	if (!for_vip(skb, &version, &length))
		return TC_ACT_OK;
	flags |= outer_version == 4 ? BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 : BPF_F_ADJ_ROOM_ENCAP_L3_IPV6;
	if (carry == CARRY_GRE)
		flags |= BPF_F_ADJ_ROOM_ENCAP_L4_GRE;
	if (carry == CARRY_GUE)
		flags |= BPF_F_ADJ_ROOM_ENCAP_L4_UDP;
	if (bpf_skb_adjust_room(skb, outer + extra, BPF_ADJ_ROOM_MAC, flags))
		return TC_ACT_SHOT;
	if (carry == CARRY_IPIP) {
		if (write_outer(skb, version == 4 ? PROTOCOL_IPV4 : PROTOCOL_IPV6, length))
			return TC_ACT_SHOT;
	} else if (carry == CARRY_GRE) {
		struct gre_header gre = { .protocol = version == 4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6) };

		if (write_outer(skb, PROTOCOL_GRE, length + extra) ||
		    bpf_skb_store_bytes(skb, ETHERNET_HEADER + outer, &gre, sizeof(gre), 0))
			return TC_ACT_SHOT;
	} else {
		struct udp_header udp = { .source = bpf_htons(40000), .destination = bpf_htons(6080) };
		struct gue_header gue = { .protocol = version == 4 ? PROTOCOL_IPV4 : PROTOCOL_IPV6 };

		udp.length = bpf_htons(length + extra);
		if (write_outer(skb, PROTOCOL_UDP, length + extra) ||
		    bpf_skb_store_bytes(skb, ETHERNET_HEADER + outer, &udp, sizeof(udp), 0) ||
		    bpf_skb_store_bytes(skb, ETHERNET_HEADER + outer + sizeof(udp), &gue, sizeof(gue), 0))
			return TC_ACT_SHOT;
	}
	protocol = outer_version == 4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);
	return bpf_skb_store_bytes(skb, ETHERNET_PROTOCOL, &protocol, sizeof(protocol), 0) ? TC_ACT_SHOT : TC_ACT_OK;
}

/* The handshake's ACK: no payload, neither SYN, FIN nor RST. The checksum is left partial, as veth hands it over. */
SEC("tc")
int test_add_toa(struct __sk_buff *skb)
{
	__u8 tcp[14], option[20];
	__u32 at = ETHERNET_HEADER, size, words, padded;
	__u32 version = skb->protocol == bpf_htons(ETH_P_IP) ? 4 : 6;
	struct ipv4_header ip4;
	struct ipv6_header ip6;

	if (version == 4) {
		if (bpf_skb_load_bytes(skb, at, &ip4, sizeof(ip4)) || ip4.protocol != PROTOCOL_TCP)
			return TC_ACT_OK;
		at += sizeof(ip4);
		size = ETHERNET_HEADER + bpf_ntohs(ip4.total_length);
	} else {
		if (bpf_skb_load_bytes(skb, at, &ip6, sizeof(ip6)) || ip6.next_header != PROTOCOL_TCP)
			return TC_ACT_OK;
		at += sizeof(ip6);
		size = ETHERNET_HEADER + sizeof(ip6) + bpf_ntohs(ip6.payload_length);
	}
	if (bpf_skb_load_bytes(skb, at, tcp, sizeof(tcp)))
		return TC_ACT_OK;
	words = tcp[12] >> 4;
	if (at + words * 4 != size || (tcp[13] & 0x17) != 0x10 || words > 10)
		return TC_ACT_OK;
	for (int i = 0; i < 20; i++)
		option[i] = toa[i];
	padded = option[1] == 20 ? 20 : 8;
	if (bpf_skb_change_tail(skb, size + padded, 0) || bpf_skb_store_bytes(skb, size, option, padded, 0))
		return TC_ACT_SHOT;
	tcp[12] += (padded / 4) << 4;
	bpf_skb_store_bytes(skb, at + 12, &tcp[12], 1, 0);
	if (version == 4) {
		ip4.total_length = bpf_htons(size + padded - ETHERNET_HEADER);
		ip4.checksum = ipv4_checksum(&ip4);
		return bpf_skb_store_bytes(skb, ETHERNET_HEADER, &ip4, sizeof(ip4), 0) ? TC_ACT_SHOT : TC_ACT_OK;
	}
	ip6.payload_length = bpf_htons(size + padded - ETHERNET_HEADER - sizeof(ip6));
	return bpf_skb_store_bytes(skb, ETHERNET_HEADER, &ip6, sizeof(ip6), 0) ? TC_ACT_SHOT : TC_ACT_OK;
}

char _license[] SEC("license") = "Dual BSD/GPL";
