/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Wire formats that the tunnel's programs read, with only what they read of them. */
#ifndef XLVS_REALSERVER_HEADERS_H
#define XLVS_REALSERVER_HEADERS_H

#include <linux/types.h>
#include <bpf/bpf_endian.h>

#define ETHERNET_HEADER 14
#define ETHERNET_PROTOCOL 12 /* offset */

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd

#define PROTOCOL_IPV4 4 /* IPv4 in IP */
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_IPV6 41 /* IPv6 in IP */
#define PROTOCOL_FRAGMENT 44
#define PROTOCOL_GRE 47

struct ipv4_header {
	__u8 version_words; /* version in the upper half, length in 32-bit words in the lower */
	__u8 tos;
	__be16 total_length;
	__be16 id;
	__be16 fragment;
	__u8 ttl;
	__u8 protocol;
	__be16 checksum;
	__be32 source;
	__be32 destination;
};

#define IPV4_FRAGMENT_MASK 0x3fff /* more-fragments bit and offset */
#define IPV4_OFFSET_MASK 0x1fff

struct ipv6_header {
	__u8 version_class; /* version, then the upper half of the traffic class */
	__u8 class_flow;    /* the lower half of the traffic class (ECN last), then the flow label */
	__be16 flow;
	__be16 payload_length;
	__u8 next_header;
	__u8 hop_limit;
	__be32 source[4];
	__be32 destination[4];
};

#define IPV6_FRAGMENT_HEADER 8

struct udp_header {
	__be16 source;
	__be16 destination;
	__be16 length;
	__be16 checksum;
};

/* Generic UDP encapsulation, variant 0: draft-ietf-intarea-gue. */
struct gue_header {
	__u8 version_control_words; /* 2 bits variant, control bit, 5 bits length of options in words */
	__u8 protocol;
	__be16 flags;
};

/* RFC 2784; RFC 2890 adds key and sequence number, which IPVS does not send. */
struct gre_header {
	__be16 flags_version;
	__be16 protocol; /* EtherType */
};

#define GRE_CHECKSUM 0x8000
#define GRE_CHECKSUM_BYTES 4

#define TCP_HEADER 20
#define TCP_OFFSET_FLAGS 12
#define TCP_CHECKSUM 16
#define TCP_SYN 0x02
#define TCPOPT_EOL 0
#define TCPOPT_NOP 1
#define TCPOPT_MSS 2
#define TCPOPT_MSS_LENGTH 4
#define TCP_OPTIONS_MAX 40

#endif
