/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * struct pkt, beside the hook's context, is the one thing that steps hand to each other. Verdicts
 * are what steps return: 0 goes on, anything else ends the packet's way here.
 */
#ifndef XLVS_PKT_H
#define XLVS_PKT_H

/* The hook's own header has been included by the attach-point file. */

enum pkt_flag {
	PKT_FIRST_FRAGMENT = 1,
	PKT_LATER_FRAGMENT = 2, /* no transport header here */
	PKT_DONT_FRAGMENT = 4,
	PKT_DATA_PORT = 8, /* to another port of an FTP service's VIP, where data may go */
	PKT_READ = 16,     /* ftp() has read it */
};

enum tcp_flag { /* byte 13 of the TCP header */
		TCP_FIN = 1,
		TCP_SYN = 2,
		TCP_RST = 4,
		TCP_ACK = 16,
};

struct pkt {
	struct xlvs_tuple tuple; /* as the packet carries it; ports 0 where it has none */
	__u32 cpu;
	__u16 l3;          /* offset of the IP header */
	__u16 l4;          /* offset of the transport header */
	__u32 length;      /* of the IP packet, from its header on */
	__u32 fragment_id; /* as on the wire */
	__u8 flags;        /* enum pkt_flag */
	__u8 tcp_flags;    /* SCTP: see sctp_flags() */
	__u8 ttl;
	__u8 tos;  /* DSCP and ECN */
	__u32 ack; /* TCP acknowledgement, host order; SCTP: verification tag, as on the wire */
};

/* The transports that are balanced. */
static __always_inline bool is_transport(__u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP;
}

/* Bytes of an IP header without options or extensions. */
static __always_inline __u32 ip_bytes(__u8 family)
{
	return family == XLVS_IPV4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
}

/*
 * Copies between the packet and a buffer of `most` bytes, at least one byte. The
 * length is checked right here, in one register, and not compared with zero:
 * kernel 6.1's verifier learns nothing from that, and forgets a check once the
 * value has been spilled.
 */
static __always_inline int load_bytes(hook_t *ctx, __u32 offset, void *to, __u64 bytes, __u32 most)
{
	opaque(bytes);
	bytes = ((bytes - 1) & 0xffff) + 1;
	opaque(bytes);
	return bytes > most ? -1 : hook_load(ctx, offset, to, bytes);
}

static __always_inline int store_bytes(hook_t *ctx, __u32 offset, void *from, __u64 bytes,
				       __u32 most)
{
	opaque(bytes);
	bytes = ((bytes - 1) & 0xffff) + 1;
	opaque(bytes);
	return bytes > most ? -1 : hook_store(ctx, offset, from, bytes);
}

/* The port at a server for what a client sends. */
static __always_inline __be16 port_at(const struct xlvs_server *s, const struct pkt *p)
{
	return s->to_port ? s->to_port : p->tuple.dport;
}

enum action {
	ACTION_CONTINUE = 0,
	ACTION_PASS = 1,
	ACTION_DROP = 2,
	ACTION_SENT = 3,
	ACTION_READ = 4,    /* by ftp(), and then the same step again */
	ACTION_UNUSUAL = 5, /* not for the fast way */
	ACTION_TAGGED = 6,  /* for the fast way of frames with VLAN tags */
};

/* A verdict: action in bits 0-7, reason in 8-15, the hook's own code of ACTION_SENT above. */
typedef __u32 verdict;

#define CONTINUE ((verdict)ACTION_CONTINUE)
#define PASS ((verdict)ACTION_PASS)
#define UNUSUAL ((verdict)ACTION_UNUSUAL)
#define TAGGED ((verdict)ACTION_TAGGED)
#define READ_FIRST ((verdict)ACTION_READ)

static __always_inline verdict pass_because(enum xlvs_reason reason)
{
	return ACTION_PASS | (__u32)reason << 8;
}

static __always_inline verdict drop_because(enum xlvs_reason reason)
{
	return ACTION_DROP | (__u32)reason << 8;
}

static __always_inline verdict sent(int hook_code)
{
	return ACTION_SENT | (__u32)hook_code << 16;
}

static __always_inline verdict sent_because(int hook_code, enum xlvs_reason reason)
{
	return sent(hook_code) | (__u32)reason << 8;
}

static __always_inline void count_reason(__u32 cpu, __u32 reason)
{
	__u64 *count = entry(&reasons, cpu * XLVS_REASONS + (reason & (XLVS_REASONS - 1)));

	if (count)
		*count += 1;
}

/* The one exit: counts the reason and gives the hook its code. */
static __always_inline int finish(__u32 cpu, verdict v)
{
	__u32 reason = v >> 8 & 0xff;

	if (reason)
		count_reason(cpu, reason);
	switch (v & 0xff) {
	case ACTION_SENT:
		return v >> 16;
	case ACTION_DROP:
		return HOOK_DROP;
	default:
		return HOOK_PASS;
	}
}

#endif
