// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * TUN on the real server: takes packets for a VIP out of the tunnel, and lowers
 * the MSS that the server announces, because the client's segments have to fit
 * through the tunnel while the replies, which could carry that news, bypass the
 * director. Attached with clsact. Packets to keep get TC_ACT_UNSPEC, so that the
 * filters behind these see them too.
 */
#include <linux/pkt_cls.h>

#include "tunnel.h"

#define PACKET_HOST 0
#define VLAN_ID_MASK 0x0fff
#define AF_INET 2
#define AF_INET6 10

#define ECN_MASK 3
#define ECN_NOT_ECT 0
#define ECN_ECT_1 1
#define ECN_ECT_0 2
#define ECN_CE 3

/* Set before load: bounds of the MSS announced, bytes. */
volatile const __u16 mss_ipv4;
volatile const __u16 mss_ipv6;

/* The VIPs of this server. Value: unused, always 1. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct realserver_address);
	__type(value, __u32);
} vips SEC(".maps");

static __always_inline int is_vip(const struct realserver_address *address)
{
	return is_found(bpf_map_lookup_elem(&vips, address));
}

static __always_inline int drop(enum realserver_count why)
{
	count(why);
	return TC_ACT_SHOT;
}

/* Whether the host would forward the tunnel packet: then the tunnel ends elsewhere. */
static __always_inline int is_forwarded(struct __sk_buff *skb, const struct tunnel *tunnel)
{
	struct bpf_fib_lookup fib = { .ifindex = skb->ingress_ifindex };
	long result;

	if (tunnel->outer_version == 4) {
		fib.family = AF_INET;
		fib.ipv4_src = tunnel->source.word[3];
		fib.ipv4_dst = tunnel->destination.word[3];
	} else {
		fib.family = AF_INET6;
		copy_ipv6((struct realserver_address *)fib.ipv6_src, tunnel->source.word);
		copy_ipv6((struct realserver_address *)fib.ipv6_dst, tunnel->destination.word);
	}
	result = bpf_fib_lookup(skb, &fib, sizeof(fib), 0);
	return result == BPF_FIB_LKUP_RET_SUCCESS || result == BPF_FIB_LKUP_RET_NO_NEIGH ||
	       result == BPF_FIB_LKUP_RET_UNSUPP_LWT;
}

/* RFC 6040, section 4.2: the ECN field of the packet that leaves the tunnel, negative when it has to be dropped. */
static __always_inline int decapsulated_ecn(__u8 outer, __u8 inner)
{
	if (outer == ECN_CE)
		return inner == ECN_NOT_ECT ? -1 : ECN_CE;
	if (outer == ECN_ECT_1 && inner == ECN_ECT_0)
		return ECN_ECT_1;
	return inner;
}

/* Writes the ECN field of the packet inside the tunnel. */
static __always_inline long write_inner_ecn(struct __sk_buff *skb, const struct tunnel *tunnel, __u8 ecn)
{
	__u32 at = ETHERNET_HEADER + tunnel->length;
	__u8 tos = (tunnel->inner_tos & ~ECN_MASK) | ecn;

	if (tunnel->inner_version == 4) {
		__u8 old[2], new[2];
		__be16 from, to;

		if (bpf_skb_load_bytes(skb, at, old, sizeof(old)))
			return -1;
		new[0] = old[0];
		new[1] = tos;
		__builtin_memcpy(&from, old, sizeof(from));
		__builtin_memcpy(&to, new, sizeof(to));
		if (bpf_l3_csum_replace(skb, at + __builtin_offsetof(struct ipv4_header, checksum), from, to, sizeof(to)))
			return -1;
		/* Both changes cancel out in a checksum over the whole packet: nothing to recompute. */
		return bpf_skb_store_bytes(skb, at, new, sizeof(new), 0);
	}
	__u8 class_flow;

	at += __builtin_offsetof(struct ipv6_header, class_flow);
	if (bpf_skb_load_bytes(skb, at, &class_flow, sizeof(class_flow)))
		return -1;
	class_flow = (__u8)(tos << 4) | (class_flow & 15);
	return bpf_skb_store_bytes(skb, at, &class_flow, sizeof(class_flow), BPF_F_RECOMPUTE_CSUM);
}

/* Removes what is in front of the inner packet and makes the frame one of the inner family. */
static __always_inline long remove_outer(struct __sk_buff *skb, const struct tunnel *tunnel)
{
	__be16 protocol = tunnel->inner_version == 4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);
	__s32 length = tunnel->length;

	if (tunnel->inner_version != tunnel->outer_version) {
		/* The helper adds or removes the 20 bytes by which the two headers differ. */
		if (bpf_skb_change_proto(skb, protocol, 0))
			return -1;
		length += tunnel->inner_version == 6 ? 20 : -20;
	}
	/* gso_size is that of the inner segments already. */
	if (bpf_skb_adjust_room(skb, -length, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO))
		return -1;
	return bpf_skb_store_bytes(skb, ETHERNET_PROTOCOL, &protocol, sizeof(protocol), 0);
}

static __always_inline int refuse(const struct tunnel *tunnel, enum reading reading)
{
	/* Other tunnels may end at this host: only what a director sent is ours to judge. */
	if (!is_director(&tunnel->source))
		return TC_ACT_UNSPEC;
	if (reading == READ_FRAGMENT)
		return drop(COUNT_OUTER_FRAGMENT);
	return drop(reading == READ_UNSUPPORTED ? COUNT_UNSUPPORTED : COUNT_MALFORMED);
}

SEC("tc")
int xlvs_decapsulate(struct __sk_buff *skb)
{
	struct tunnel tunnel = {};
	enum reading reading;
	int director, vip, ecn;

	/* Frames of a VLAN belong to the VLAN's own interface. */
	if (skb->pkt_type != PACKET_HOST || (skb->vlan_present && skb->vlan_tci & VLAN_ID_MASK))
		return TC_ACT_UNSPEC;
	reading = read_tunnel(skb, &tunnel);
	if (reading == READ_OTHER)
		return TC_ACT_UNSPEC;
	if (reading != READ_TUNNEL)
		return is_forwarded(skb, &tunnel) ? TC_ACT_UNSPEC : refuse(&tunnel, reading);
	director = is_director(&tunnel.source);
	vip = is_vip(&tunnel.vip);
	if ((!director && !vip) || is_forwarded(skb, &tunnel))
		return TC_ACT_UNSPEC;
	if (!director)
		return drop(COUNT_WRONG_DIRECTOR);
	if (!vip)
		return drop(COUNT_NOT_VIP);
	ecn = decapsulated_ecn(tunnel.outer_tos & ECN_MASK, tunnel.inner_tos & ECN_MASK);
	if (ecn < 0)
		return drop(COUNT_ECN);
	if (ecn != (tunnel.inner_tos & ECN_MASK) && write_inner_ecn(skb, &tunnel, ecn))
		return drop(COUNT_NO_ROOM);
	if (remove_outer(skb, &tunnel))
		return drop(COUNT_NO_ROOM);
	count(tunnel.carried);
	return TC_ACT_UNSPEC;
}

/* Offset of the TCP header of a packet that a VIP sends and the bound for it, or 0. */
static __always_inline __u32 find_tcp(struct __sk_buff *skb, __u16 *bound)
{
	struct realserver_address source;
	__u32 at = ETHERNET_HEADER;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct ipv4_header ip;

		if (bpf_skb_load_bytes(skb, at, &ip, sizeof(ip)) || ip.protocol != PROTOCOL_TCP ||
		    ip.fragment & bpf_htons(IPV4_OFFSET_MASK))
			return 0;
		map_ipv4(&source, ip.source);
		at += (ip.version_words & 15) * 4;
		*bound = mss_ipv4;
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		struct ipv6_header ip;

		if (bpf_skb_load_bytes(skb, at, &ip, sizeof(ip)) || ip.next_header != PROTOCOL_TCP)
			return 0;
		copy_ipv6(&source, ip.source);
		at += sizeof(ip);
		*bound = mss_ipv6;
	} else {
		return 0;
	}
	return is_vip(&source) ? at : 0;
}

static __always_inline void lower_mss(struct __sk_buff *skb, __u32 tcp, __u32 at, __u16 bound)
{
	__be16 old, new = bpf_htons(bound);

	if (bpf_skb_load_bytes(skb, at, &old, sizeof(old)) || bpf_ntohs(old) <= bound)
		return;
	if (bpf_skb_store_bytes(skb, at, &new, sizeof(new), BPF_F_RECOMPUTE_CSUM))
		return;
	/* At an odd offset the value straddles two words of the sum, with its bytes exchanged. */
	if ((at - tcp) & 1) {
		old = __builtin_bswap16(old);
		new = __builtin_bswap16(new);
	}
	if (!bpf_l4_csum_replace(skb, tcp + TCP_CHECKSUM, old, new, sizeof(new)))
		count(COUNT_MSS_LOWERED);
}

SEC("tc")
int xlvs_lower_mss(struct __sk_buff *skb)
{
	__u8 offset_flags[2];
	__u32 tcp, at, end;
	__u16 bound = 0;

	tcp = find_tcp(skb, &bound);
	if (!tcp || bpf_skb_load_bytes(skb, tcp + TCP_OFFSET_FLAGS, offset_flags, sizeof(offset_flags)) ||
	    !(offset_flags[1] & TCP_SYN))
		return TC_ACT_UNSPEC;
	at = tcp + TCP_HEADER;
	end = tcp + (offset_flags[0] >> 4) * 4;
	for (int step = 0; step < TCP_OPTIONS_MAX && at < end; step++) {
		__u8 option[2];

		if (bpf_skb_load_bytes(skb, at, option, sizeof(option)) || option[0] == TCPOPT_EOL)
			break;
		if (option[0] == TCPOPT_NOP) {
			at++;
			continue;
		}
		if (option[0] == TCPOPT_MSS && option[1] == TCPOPT_MSS_LENGTH) {
			lower_mss(skb, tcp, at + 2, bound);
			break;
		}
		if (option[1] < 2)
			break;
		at += option[1];
	}
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual BSD/GPL";
