/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Every enumeration of the contract but the reasons: see xlvs_abi.h. */
#ifndef XLVS_ENUMS_H
#define XLVS_ENUMS_H

/* Changes with any layout or meaning below: pinned maps of another version are refused. */
#define XLVS_ABI_VERSION 5

/* Line of a cache, and unit of every table that is read per packet. */
#define XLVS_LINE 64

enum xlvs_family {
	XLVS_IPV4 = 4,
	XLVS_IPV6 = 6,
};

/* Forwarding methods: ipvsadm(8), packet-forwarding-method. */
enum xlvs_method {
	XLVS_NAT = 1,
	XLVS_DR = 2,
	XLVS_TUN = 3,
	XLVS_FULLNAT = 4,
};

/* Encapsulations of XLVS_TUN: ipvsadm(8), --tun-type. */
enum xlvs_tunnel {
	XLVS_TUNNEL_IPIP = 1,
	XLVS_TUNNEL_GUE = 2,
	XLVS_TUNNEL_GRE = 3,
};

enum xlvs_tunnel_flag {
	XLVS_TUNNEL_CHECKSUM = 1, /* --tun-csum: GUE's UDP checksum, GRE's checksum field */
};

/* Connection states: names and order of IPVS (ip_vs.h, IP_VS_TCP_S_* and IP_VS_SCTP_S_*). */
enum xlvs_state {
	XLVS_STATE_NONE = 0,
	XLVS_STATE_ESTABLISHED = 1,
	XLVS_STATE_SYN_SENT = 2,
	XLVS_STATE_SYN_RECV = 3,
	XLVS_STATE_FIN_WAIT = 4,
	XLVS_STATE_TIME_WAIT = 5,
	XLVS_STATE_CLOSE = 6,
	XLVS_STATE_CLOSE_WAIT = 7,
	XLVS_STATE_LAST_ACK = 8,
	XLVS_STATE_LISTEN = 9,
	XLVS_STATE_SYNACK = 10,
	XLVS_STATE_UDP = 11,
	/* SCTP: 16 and IPVS's number (IP_VS_SCTP_S_*), as seen at the server. */
	XLVS_STATE_SCTP_NONE = 16,
	XLVS_STATE_SCTP_INIT1 = 17,          /* the client's first INIT */
	XLVS_STATE_SCTP_INIT = 18,           /* another one */
	XLVS_STATE_SCTP_COOKIE_SENT = 19,    /* the server's INIT ACK */
	XLVS_STATE_SCTP_COOKIE_REPLIED = 20, /* the client's COOKIE ECHO */
	XLVS_STATE_SCTP_COOKIE_WAIT = 21,    /* the server has begun: its INIT */
	XLVS_STATE_SCTP_COOKIE = 22,         /* the client's INIT ACK */
	XLVS_STATE_SCTP_COOKIE_ECHOED = 23,  /* the server's COOKIE ECHO */
	XLVS_STATE_SCTP_ESTABLISHED = 24,
	XLVS_STATE_SCTP_SHUTDOWN_SENT = 25,
	XLVS_STATE_SCTP_SHUTDOWN_RECEIVED = 26,
	XLVS_STATE_SCTP_SHUTDOWN_ACK_SENT = 27,
	XLVS_STATE_SCTP_REJECTED = 28,
	XLVS_STATE_SCTP_CLOSED = 29,
	XLVS_STATES = 32,
};

/* What an entry of the service table stands for. */
enum xlvs_endpoint_kind {
	XLVS_ENDPOINT_NONE = 0,
	XLVS_ENDPOINT_SERVICE = 1, /* destination of requests: VIP, port (0: any), protocol */
	XLVS_ENDPOINT_SERVER = 2,  /* source of NAT replies: RIP, port, protocol */
	XLVS_ENDPOINT_LOCAL = 3,   /* destination of FULLNAT replies: LIP, port 0, protocol 0 */
	XLVS_ENDPOINT_VIP = 4,     /* an address with services: VIP, port 0, protocol 0 */
	XLVS_ENDPOINT_MARK =
		5, /* firewall mark of the skb: as xlvs_service.vip, port 0, protocol 0 */
};

/*
 * How the kernel picks an entry of a service's ring: the rules of ip_vs_*.c. A ring
 * of pairs has a number behind each server.
 */
enum xlvs_pick {
	XLVS_PICK_NEXT = 1, /* rr, wrr: counter modulo length */
	XLVS_PICK_SH = 2,   /* hash of the client, ring of 256 */
	XLVS_PICK_MH = 3,   /* hash of the client modulo length */
	XLVS_PICK_DH = 4,   /* hash of the destination address, ring of 256 */
	XLVS_PICK_FO = 5,   /* the first usable one: the ring is sorted by weight */
	/* Pairs of a server and its weight. */
	XLVS_PICK_WLC = 6, /* lc, wlc: least (active * 256 + inactive) / weight; for lc all are 1 */
	XLVS_PICK_SED = 7, /* least (active + 1) / weight */
	XLVS_PICK_NQ = 8,  /* the first without active connections, else as SED */
	XLVS_PICK_OVF = 9, /* the first with no more active connections than its weight */
	/*
	 * Two drawn by weight, of which the less loaded one. An alias table: a column is two
	 * pairs, its own server with its share of the column in 1/2^32, the other one with 0.
	 */
	XLVS_PICK_TWOS = 10,
	/* Pairs of a server and its weight: WLC, whose choice the destination keeps. */
	XLVS_PICK_LBLC = 11,
	XLVS_PICK_LBLCR = 12, /* it keeps a set of them */
};

enum xlvs_service_flag {
	XLVS_SERVICE_IN_USE = 1,
	XLVS_SERVICE_ANY_PORT = 2,
	XLVS_SERVICE_PERSISTENT = 4,
	XLVS_SERVICE_ONE_PACKET = 8,
	XLVS_SERVICE_HASH_PORT = 16, /* sh-port, mh-port */
	XLVS_SERVICE_FALLBACK = 32,  /* sh-fallback, mh-fallback */
	XLVS_SERVICE_MARK = 64,      /* of a firewall mark: any number of endpoints lead here */
	XLVS_SERVICE_SIP = 128,      /* persistence engine sip: a template for each Call-ID */
	XLVS_SERVICE_FTP = 256,      /* connections to one of control.ftp_ports are FTP's */
	/* SH, MH of DR and TUN: the ring, of struct xlvs_place, decides without connections */
	XLVS_SERVICE_RING_FIRST = 512,
};

enum xlvs_server_flag {
	XLVS_SERVER_AVAILABLE =
		1,             /* belongs to its service; without: its connections fall silent */
	XLVS_SERVER_LOCAL = 2, /* an address of the director itself: DR to the own stack */
};

enum xlvs_next_hop_flag {
	XLVS_NEXT_HOP_RESOLVED = 1,  /* MAC addresses are known */
	XLVS_NEXT_HOP_VIA_STACK = 2, /* device without XDP transmit: only tc can send there */
	/* XDP_TX gets stuck there: a veth kicks its peer only if that runs XDP itself */
	XLVS_NEXT_HOP_REDIRECT = 4,
};

enum xlvs_conn_flag {
	XLVS_CONN_TOA_DONE = 1,       /* FULLNAT: the server has answered data */
	XLVS_CONN_INPUT_ONLY = 2,     /* DR, TUN: only the client's half is seen */
	XLVS_CONN_COUNTED_ACTIVE = 4, /* counted in server_load.active, else inactive */
	XLVS_CONN_TEMPLATE_HELD = 8,  /* its persistence template is kept alive by it */
	XLVS_CONN_FTP = 16,           /* an FTP control connection of NAT or FULLNAT */
	XLVS_CONN_CONTROLLED = 32,    /* an FTP data connection, expected or open */
};

/* What is switched on of net.ipv4.vs: the kernel's ipvs-sysctl.rst. */
enum xlvs_sysctl {
	XLVS_SYSCTL_SLOPPY_TCP = 1,
	XLVS_SYSCTL_EXPIRE_NODEST = 2,    /* expire_nodest_conn */
	XLVS_SYSCTL_EXPIRE_QUIESCENT = 4, /* expire_quiescent_template */
	XLVS_SYSCTL_REUSE = 8,            /* conn_reuse_mode is not 0 */
	XLVS_SYSCTL_REUSE_FIN_WAIT = 16,  /* conn_reuse_mode has 2 */
	XLVS_SYSCTL_NAT_ICMP = 32,        /* nat_icmp_send */
	XLVS_SYSCTL_SLOPPY_SCTP = 64,
};

/* Where an entry of deletions is. */
enum xlvs_deletion_table {
	XLVS_IN_CONNECTIONS = 0,
	XLVS_IN_HALF_OPEN = 1,
	XLVS_IN_TEMPLATES = 2,
	XLVS_IN_HALF_TEMPLATES = 3,
};

enum xlvs_deletion_outcome {
	XLVS_OUTCOME_GONE = 0, /* somebody else was faster */
	XLVS_OUTCOME_DELETED = 1,
	XLVS_OUTCOME_CHANGED = 2, /* it is not as it was read: left alone */
};

#endif
