/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * SCTP's checksum by difference. A CRC is linear: exchange the ports, and it changes by what the
 * exchanged bits leave as remainder, however many bytes follow them. A polynomial over GF(2) is a
 * word whose highest bit is the coefficient of x^0, as RFC 9260 (appendix A) writes a CRC32c.
 */
#ifndef XLVS_SCTP_CSUM_H
#define XLVS_SCTP_CSUM_H

#include "sctp.h"

#define CRC32C_POLYNOMIAL 0x82f63b78U /* without x^32 */

/* [k][d]: x^8 to the power of d * 16^k, so that a length in bytes is one factor a hex digit. */
static const __u32 crc_power[4][16] = {
	{ 0x80000000, 0x00800000, 0x00008000, 0x00000080, 0x82f63b78, 0xfbc3faf9, 0x8b277743,
	  0x52a0c93f, 0x6ea2d55c, 0x1c08b7d6, 0xf56e0ef4, 0x34019664, 0xa66805eb, 0x7a1f6b24,
	  0xe75d06aa, 0xc94ec098 },
	{ 0x80000000, 0x18b8ea18, 0x510ac59a, 0xb2dea967, 0xb82be955, 0x36c41f1c, 0x19b29a35,
	  0xc9e90b9e, 0xb8fdb1e7, 0xe55ef1f3, 0x1fe0b5c3, 0xe0553f1e, 0x18e4a304, 0x2b830011,
	  0x56993a31, 0x0246e2e6 },
	{ 0x80000000, 0x88e56f72, 0x74c360a4, 0x631bb273, 0xe4172b16, 0x71892b1b, 0x835305c9,
	  0x196b1eae, 0x0d65762a, 0xafc81338, 0xb5a50ab7, 0xf373c3ac, 0x5f60970f, 0xd46d3063,
	  0x3a5275ea, 0x02331c01 },
	{ 0x80000000, 0x35d73a62, 0x28461564, 0x43eefc9f, 0xbf455269, 0x5edcdeb9, 0x65059450,
	  0x4e6f41a4, 0xe2ea32dc, 0xf5b95b32, 0x695a4c87, 0xf204502c, 0x9a4f01b6, 0x941a0916,
	  0x4303cb97, 0x4c3d3d65 },
};

/* The product of two polynomials, modulo CRC32c's. */
static __always_inline __u32 crc_multiply(__u32 a, __u32 b)
{
	__u32 product = 0;

#pragma unroll
	for (int i = 0; i < 32; i++) {
		__u32 last = b & 1;

		/* a product, where a mask would make the verifier follow both of its values */
		opaque(last);
		product ^= b * (a >> 31);
		a <<= 1;
		b = b >> 1 ^ CRC32C_POLYNOMIAL * last;
	}
	return product;
}

/*
 * How the CRC of `bytes` bytes changes with the bits `ports` of its first four. Those are
 * multiplied by x^32, as a CRC's message is, and by x^8 for each byte behind them.
 */
static __noinline __u32 crc_of_ports(__u32 ports, __u32 bytes)
{
	__u32 change = ports;

	for (int k = 0; k < 4; k++, bytes >>= 4)
		if (bytes & 15)
			change = crc_multiply(change, crc_power[k][bytes & 15]);
	return change;
}

/*
 * Writes the ports of the SCTP packet at `offset`, `bytes` long; source in the lower half of
 * `ports`, both as on the wire. A checksum that was wrong stays wrong.
 */
__noinline int HOOKED(sctp_ports)(hook_t *ctx, __u32 offset, __u32 bytes, __u32 ports)
{
	struct sctp_header *sctp = header_at(ctx, offset, sizeof(*sctp));
	__u32 exchanged, change;

	if (!sctp)
		return -1;
	exchanged = ports ^ (sctp->source | (__u32)sctp->dest << 16);
	if (!exchanged)
		return 0;
	change = crc_of_ports(exchanged, bytes);
	sctp = header_at(ctx, offset, sizeof(*sctp));
	if (!sctp)
		return -1;
	if (unlikely(!sctp->checksum)) {
		change = hook_crc_is_due(ctx, offset + offsetof(struct sctp_header, checksum))
				 ? 0
				 : change;
		sctp = header_at(ctx, offset, sizeof(*sctp));
		if (!sctp)
			return -1;
	}
	sctp->checksum ^= change;
	sctp->source = ports;
	sctp->dest = ports >> 16;
	return 0;
}

#endif
