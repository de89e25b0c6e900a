/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What is kept of FTP's control connections, and the room for reading them: see ftp.h. */
#ifndef XLVS_FTP_TYPES_H
#define XLVS_FTP_TYPES_H

#include "bpf.h"

#define FTP_LINE 64 /* a command with a port is never longer: EPRT with an IPv6 address */
#define FTP_SKIP 0xffff
#define FTP_EDIT 64 /* nor is what is changed of an answer */

/* How far one direction of an FTP control connection has been read. */
struct ftp_stream {
	__u32 next;   /* sequence number of the first byte that is not read yet, host order */
	__u16 length; /* bytes of the line at hand; FTP_SKIP: it does not matter, or began unseen */
	__u16 known;  /* 1: `next' counts */
};

/* A change of the server's text, kept for its repetitions. */
struct ftp_edit {
	__u32 sequence; /* where it begins, host order */
	__u32 length;
	__u8 text[FTP_EDIT];
};

/* ftp_controls: beside the connection of an FTP control connection, under the same key. */
struct ftp_control {
	struct ftp_stream from_client;
	struct ftp_stream from_server;
	__u32 answers_due; /* PASV and EPSV that the server has not answered yet */
	__be16 data_sport; /* of the data connection expected last; 0: passive */
	__be16 data_dport; /* 0: none */
	struct ftp_edit edit;
	__u8 line[FTP_LINE]; /* the client's line at hand */
};

#define FTP_TEXT 2048

/* Goes from line to line of a text. */
struct ftp_reader {
	__u32 at;      /* next byte */
	__u32 length;  /* of the text */
	__u32 start;   /* of the line at hand */
	__u32 word;    /* its first bytes, at most four, in upper case */
	__u32 answers; /* 1: of a server, 0: commands */
	__u32 skip;    /* 1: this line does not matter */
	__u32 found;   /* 1: `at` is behind a line that matters */
};

/* "h1,h2,h3,h4,p1,p2", with or without parentheses and words before it: RFC 1123, 4.1.2.6. */
struct ftp_numbers {
	__u32 at;
	__u32 first;  /* where the address begins */
	__u32 behind; /* where it ends */
	__u32 commas; /* so far */
	__u32 digits; /* of the number at hand */
	__u32 value;  /* of it */
	__u32 p1;
};

/* "|protocol|address|port|", any printable character for the bar; in an answer behind a '('. */
struct ftp_fields {
	__u32 at;
	__u32 opening; /* where the first bar is */
	__u32 third;   /* where the bar before the port is */
	__u32 bars;    /* so far */
	__u32 value;   /* of the port */
	__u32 bar;
	__u32 words; /* 1: the '(' is still to come */
};

/* A segment's part of the stream. */
struct ftp_segment {
	__u32 sequence; /* of its first byte, host order */
	__u32 offset;   /* of that byte in the frame */
	__u32 bytes;
	__u32 failed; /* 1: it could not be changed */
};

/*
 * Room for reading a segment. What loops count lies here, not on the stack, where the verifier
 * would follow each of its values.
 */
struct ftp_room {
	__u8 text[FTP_TEXT + FTP_LINE]; /* an index below FTP_TEXT leaves a line's room behind it */
	struct ftp_control fresh;       /* as a connection begins; never written */
	struct ftp_segment segment;
	struct ftp_reader reader;
	struct ftp_numbers numbers;
	struct ftp_fields fields;
	__u8 change[2 * FTP_EDIT];
	__u8 before[FTP_EDIT + 8]; /* room for one byte more, in words */
	__u8 after[FTP_EDIT + 8];
};

/* Where a control connection expects its next data connection. */
struct ftp_expected {
	__be16 sport; /* the client's; 0: passive mode, any */
	__be16 dport; /* at the VIP; 0: nothing is expected */
	__be16 server_port;
	__be16 former_sport; /* the one expected before */
	__be16 former_dport;
};

#endif
