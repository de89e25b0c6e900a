/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Direct access to headers, the same at both hooks; included by them once hook_data() and
 * hook_end() are there. */
#ifndef XLVS_HEADER_H
#define XLVS_HEADER_H

/* Headers lie within the first so many bytes; longer chains are refused by name. */
#define MAX_HEADER_OFFSET 511

/* A header of the packet, or NULL if it does not lie there wholly. */
static __always_inline void *header_at(const hook_t *ctx, __u64 offset, __u32 bytes)
{
	void *data = hook_data(ctx), *header;

	offset &= MAX_HEADER_OFFSET;
	opaque(offset);
	header = data + offset;
	if (header + bytes > hook_end(ctx))
		return NULL;
	if (!header)
		__builtin_unreachable(); /* so callers' checks cost nothing */
	return header;
}

/*
 * The same for steps that a caller tells where the `frame` begins, having checked that it holds the
 * headers which they touch (see plain.h). NULL, a constant where they are inlined: nothing is known.
 */
static __always_inline void *header_of(const hook_t *ctx, void *frame, __u64 offset, __u32 bytes)
{
	return frame ? frame + offset : header_at(ctx, offset, bytes);
}

/*
 * The same with a check where the frame's beginning is known, too. Also of what depends on the
 * protocol and has been checked for that: kernel 6.1's verifier does not remember which it was.
 */
static __always_inline void *header_in(const hook_t *ctx, void *frame, __u64 offset, __u32 bytes)
{
	if (!frame)
		return header_at(ctx, offset, bytes);
	return frame + offset + bytes <= hook_end(ctx) ? frame + offset : NULL;
}

#endif
