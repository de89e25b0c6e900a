// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.internal;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

/** The C library's socket calls, for address families that Java does not know. Errors as in {@link LibC}. */
public interface LibSocket {
  /** The one binding; errno of its calls is {@link #lastErrno()}. */
  LibSocket INSTANCE = LibraryLoader.create(LibSocket.class).load("libc.so.6");

  /** errno of this thread's last call; meaningful only right after it failed. */
  static int lastErrno() {
    return Runtime.getRuntime(INSTANCE).getLastError();
  }

  int socket(int domain, int type, int protocol);

  int bind(int fd, long address, int addressBytes);

  int setsockopt(int fd, int level, int option, long value, int valueBytes);

  @ssize_t
  long send(int fd, long buffer, @size_t long sizeBytes, int flags);

  @ssize_t
  long recv(int fd, long buffer, @size_t long sizeBytes, int flags);
}
