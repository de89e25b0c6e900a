// SPDX-License-Identifier: Apache-2.0
/**
 * Schedulers: servers in, ring out. They repeat the choices of IPVS (Linux 6.12) pick by pick; tests compare them with recordings
 * of a real kernel.
 *
 * <p>Hashes of a client, verified against those recordings; port is the client's in host order with sh-port or mh-port, else 0;
 * all arithmetic is unsigned 32-bit:
 *
 * <pre>
 * fold(addr)  IPv4: ntohl(addr)       IPv6: ntohl(addr[0] ^ addr[1] ^ addr[2] ^ addr[3])
 * sh(offset)  (offset + (((port + fold(addr)) * 0x61C88647) &gt;&gt; 24)) &amp; 255
 * mh(offset)  hsiphash(offset + port + fold(addr)) % 4093; key words 2654435761, 2654435761
 * hsiphash    SipHash-1-3 over the 4 bytes (little endian), 64-bit words, lower 32 bits of the result
 * </pre>
 *
 * <p>The first look-up has offset 0. A server that is overloaded or has weight 0 is refused; with the scheduler's fallback flag the
 * look-up is repeated with offset = (n + first) % size for n = 0, 1, ... size - 1, where first is the index found first.
 */
package io.xlvs.controller.schedule;
