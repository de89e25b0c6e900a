// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.internal;

import jnr.ffi.Pointer;
import jnr.ffi.types.size_t;

/**
 * The C library functions that Java's own libraries do not offer. Addresses are passed as {@code long}; functions return
 * -1 (or {@code MAP_FAILED}) and set errno, which {@link Native#lastErrno()} reads.
 */
public interface LibC {
  int close(int fd);

  int open(String path, int flags, int mode);

  /** Variadic in C; one integer argument passes alike on every supported architecture. */
  int fcntl(int fd, int command, long argument);

  /**
   * The address is a {@link Pointer} on purpose: jnr-ffi 2.3.4 on x86-64 passes garbage for the last of exactly six primitive
   * arguments, and one converted argument keeps the call off that path. A test watches over all signatures.
   */
  long mmap(Pointer address, @size_t long lengthBytes, int protection, int flags, int fd, long offsetBytes);

  int munmap(long address, @size_t long lengthBytes);

  int mount(String source, String target, String fileSystemType, long flags, String data);

  int umount2(String target, int flags);

  int statfs(String path, long statfsAddress);

  int flock(int fd, int operation);

  int setns(int fd, int namespaceType);

  int unshare(int flags);

  int if_nametoindex(String name);

  /** Returns the address of the name (that of {@code buffer}), or 0. */
  long if_indextoname(int index, long buffer);

  int vsnprintf(long buffer, @size_t long sizeBytes, long format, long vaList);

  /** Variadic in C; see {@link #fcntl}. */
  long syscall(long number, long first, long second, long third);
}
