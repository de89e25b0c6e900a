/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Reading of a tunnel packet: who sent it, what is inside, how many bytes are in front of it. */
#ifndef XLVS_REALSERVER_TUNNEL_H
#define XLVS_REALSERVER_TUNNEL_H

#include "headers.h"
#include "maps.h"

/* Set before load. */
volatile const enum realserver_tunnel tunnels; /* those accepted */
volatile const __be16 gue_port;                /* UDP destination port of GUE */

enum reading {
	READ_OTHER,       /* no tunnel packet: none of our business */
	READ_TUNNEL,
	READ_FRAGMENT,
	READ_MALFORMED,
	READ_UNSUPPORTED,
};

struct tunnel {
	struct realserver_address source;      /* outer */
	struct realserver_address destination; /* outer */
	struct realserver_address vip;         /* inner destination */
	__u32 length;      /* of everything in front of the inner packet, bytes after the Ethernet header */
	__u8 outer_version;
	__u8 inner_version;
	__u8 protocol;     /* first of the outer header's payload, then of the inner packet */
	__u8 outer_tos;
	__u8 inner_tos;
	__u8 fragment;     /* not the whole packet */
	__u8 later;        /* a fragment without the tunnel's header */
	__u8 carried;      /* enum realserver_count: COUNT_IPIP, COUNT_GRE, COUNT_GUE */
};

static __always_inline __u8 ipv6_class(const struct ipv6_header *ip)
{
	return (__u8)(ip->version_class << 4 | ip->class_flow >> 4);
}

static __always_inline void copy_ipv6(struct realserver_address *to, const __be32 *from)
{
	to->word[0] = from[0];
	to->word[1] = from[1];
	to->word[2] = from[2];
	to->word[3] = from[3];
}

static __always_inline enum reading read_outer_ipv4(struct __sk_buff *skb, struct tunnel *tunnel)
{
	struct ipv4_header ip;

	if (bpf_skb_load_bytes(skb, ETHERNET_HEADER, &ip, sizeof(ip)) || ip.version_words >> 4 != 4)
		return READ_OTHER;
	tunnel->outer_version = 4;
	tunnel->outer_tos = ip.tos;
	tunnel->protocol = ip.protocol;
	tunnel->length = (ip.version_words & 15) * 4;
	tunnel->fragment = (ip.fragment & bpf_htons(IPV4_FRAGMENT_MASK)) != 0;
	tunnel->later = (ip.fragment & bpf_htons(IPV4_OFFSET_MASK)) != 0;
	map_ipv4(&tunnel->source, ip.source);
	map_ipv4(&tunnel->destination, ip.destination);
	return tunnel->length < sizeof(ip) ? READ_OTHER : READ_TUNNEL;
}

static __always_inline enum reading read_outer_ipv6(struct __sk_buff *skb, struct tunnel *tunnel)
{
	struct ipv6_header ip;
	__u8 next[4];

	if (bpf_skb_load_bytes(skb, ETHERNET_HEADER, &ip, sizeof(ip)) || ip.version_class >> 4 != 6)
		return READ_OTHER;
	tunnel->outer_version = 6;
	tunnel->outer_tos = ipv6_class(&ip);
	tunnel->protocol = ip.next_header;
	tunnel->length = sizeof(ip);
	copy_ipv6(&tunnel->source, ip.source);
	copy_ipv6(&tunnel->destination, ip.destination);
	/* A mapped address is not valid on the wire and must not be taken for an IPv4 director. */
	if (is_mapped_ipv4(&tunnel->source))
		return READ_OTHER;
	if (ip.next_header == PROTOCOL_FRAGMENT) {
		if (bpf_skb_load_bytes(skb, ETHERNET_HEADER + sizeof(ip), next, sizeof(next)))
			return READ_OTHER;
		tunnel->protocol = next[0];
		tunnel->length += IPV6_FRAGMENT_HEADER;
		tunnel->fragment = 1;
		tunnel->later = next[2] || next[3] & 0xf8;
	}
	return READ_TUNNEL;
}

static __always_inline enum reading read_gre(struct __sk_buff *skb, struct tunnel *tunnel)
{
	struct gre_header gre;
	__u16 flags;

	tunnel->carried = COUNT_GRE;
	if (tunnel->fragment)
		return READ_FRAGMENT;
	if (bpf_skb_load_bytes(skb, ETHERNET_HEADER + tunnel->length, &gre, sizeof(gre)))
		return READ_MALFORMED;
	flags = bpf_ntohs(gre.flags_version);
	/* The checksum is passed over: the inner packet has its own, and the frame's has been verified. */
	if (flags & ~GRE_CHECKSUM)
		return READ_UNSUPPORTED;
	tunnel->length += sizeof(gre) + (flags & GRE_CHECKSUM ? GRE_CHECKSUM_BYTES : 0);
	if (gre.protocol == bpf_htons(ETH_P_IP))
		tunnel->protocol = PROTOCOL_IPV4;
	else if (gre.protocol == bpf_htons(ETH_P_IPV6))
		tunnel->protocol = PROTOCOL_IPV6;
	else
		return READ_UNSUPPORTED;
	return READ_TUNNEL;
}

static __always_inline enum reading read_gue(struct __sk_buff *skb, struct tunnel *tunnel)
{
	struct udp_header udp;
	struct gue_header gue;

	tunnel->carried = COUNT_GUE;
	/* A later fragment names no port: it may be anybody's. */
	if (tunnel->later || bpf_skb_load_bytes(skb, ETHERNET_HEADER + tunnel->length, &udp, sizeof(udp)) ||
	    udp.destination != gue_port)
		return READ_OTHER;
	if (tunnel->fragment)
		return READ_FRAGMENT;
	tunnel->length += sizeof(udp);
	if (bpf_skb_load_bytes(skb, ETHERNET_HEADER + tunnel->length, &gue, sizeof(gue)))
		return READ_MALFORMED;
	if (gue.version_control_words || gue.flags)
		return READ_UNSUPPORTED;
	tunnel->length += sizeof(gue);
	tunnel->protocol = gue.protocol;
	return gue.protocol == PROTOCOL_IPV4 || gue.protocol == PROTOCOL_IPV6 ? READ_TUNNEL : READ_UNSUPPORTED;
}

static __always_inline enum reading read_encapsulation(struct __sk_buff *skb, struct tunnel *tunnel)
{
	switch (tunnel->protocol) {
	case PROTOCOL_IPV4:
	case PROTOCOL_IPV6:
		tunnel->carried = COUNT_IPIP;
		if (!(tunnels & TUNNEL_IPIP))
			return READ_OTHER;
		return tunnel->fragment ? READ_FRAGMENT : READ_TUNNEL;
	case PROTOCOL_GRE:
		return tunnels & TUNNEL_GRE ? read_gre(skb, tunnel) : READ_OTHER;
	case PROTOCOL_UDP:
		return tunnels & TUNNEL_GUE ? read_gue(skb, tunnel) : READ_OTHER;
	default:
		return READ_OTHER;
	}
}

static __always_inline enum reading read_inner(struct __sk_buff *skb, struct tunnel *tunnel)
{
	__u32 at = ETHERNET_HEADER + tunnel->length;

	if (tunnel->protocol == PROTOCOL_IPV4) {
		struct ipv4_header ip;

		if (bpf_skb_load_bytes(skb, at, &ip, sizeof(ip)) || ip.version_words >> 4 != 4 ||
		    (ip.version_words & 15) < 5 || bpf_ntohs(ip.total_length) < sizeof(ip) ||
		    at + bpf_ntohs(ip.total_length) > skb->len)
			return READ_MALFORMED;
		tunnel->inner_version = 4;
		tunnel->inner_tos = ip.tos;
		map_ipv4(&tunnel->vip, ip.destination);
	} else {
		struct ipv6_header ip;

		if (bpf_skb_load_bytes(skb, at, &ip, sizeof(ip)) || ip.version_class >> 4 != 6 ||
		    at + sizeof(ip) + bpf_ntohs(ip.payload_length) > skb->len)
			return READ_MALFORMED;
		tunnel->inner_version = 6;
		tunnel->inner_tos = ipv6_class(&ip);
		copy_ipv6(&tunnel->vip, ip.destination);
	}
	return READ_TUNNEL;
}

static __always_inline enum reading read_tunnel(struct __sk_buff *skb, struct tunnel *tunnel)
{
	enum reading reading = READ_OTHER;

	if (skb->protocol == bpf_htons(ETH_P_IP))
		reading = read_outer_ipv4(skb, tunnel);
	else if (skb->protocol == bpf_htons(ETH_P_IPV6))
		reading = read_outer_ipv6(skb, tunnel);
	if (reading == READ_TUNNEL)
		reading = read_encapsulation(skb, tunnel);
	if (reading == READ_TUNNEL)
		reading = read_inner(skb, tunnel);
	return reading;
}

#endif
