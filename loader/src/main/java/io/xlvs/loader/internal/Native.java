// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.internal;

import com.kenai.jffi.MemoryIO;
import io.xlvs.loader.BpfException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/** The two bound libraries, errno, and addresses of direct buffers. */
public final class Native {
  private static final MemoryIO MEMORY = MemoryIO.getInstance();

  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int MAP_SHARED = 1;
  private static final long MAP_FAILED = -1;

  private Native() {}

  private static final class LibCHolder {
    static final LibC LIBC = LibraryLoader.create(LibC.class).load("libc.so.6");
    static final Runtime RUNTIME = Runtime.getRuntime(LIBC);
  }

  private static final class LibBpfHolder {
    static final LibBpf LIBBPF;
    static final String FAILURE;

    static {
      LibBpf library = null;
      String failure = "";
      try {
        library = LibraryLoader.create(LibBpf.class).failImmediately().load("libbpf.so.1");
        library.libbpf_major_version();
      } catch (UnsatisfiedLinkError e) {
        library = null;
        failure = String.valueOf(e.getMessage());
      }
      LIBBPF = library;
      FAILURE = failure;
      if (library != null) {
        PrintCapture.install(library);
      }
    }
  }

  /** libbpf; throws {@link BpfException} naming the package when it cannot be loaded. */
  public static LibBpf bpf() {
    LibBpf library = LibBpfHolder.LIBBPF;
    if (library == null) {
      throw new BpfException(
          "load", "libbpf.so.1", 0, LibBpfHolder.FAILURE + "; install libbpf 1.x (Debian package libbpf1)");
    }
    return library;
  }

  /** The C library. */
  public static LibC libc() {
    return LibCHolder.LIBC;
  }

  /** errno of this thread's last native call; meaningful only right after that call failed. */
  public static int lastErrno() {
    return LibCHolder.RUNTIME.getLastError();
  }

  /** Turns libbpf's negative error number into an exception; returns the result otherwise. */
  public static int check(int result, String operation, String object) {
    if (result < 0) {
      throw new BpfException(operation, object, -result);
    }
    return result;
  }

  /** Turns a C library function's -1 into an exception; returns the result otherwise. */
  public static int checkErrno(int result, String operation, String object) {
    if (result < 0) {
      throw new BpfException(operation, object, lastErrno());
    }
    return result;
  }

  /** The address of a direct buffer's first byte (index 0, not its position). */
  public static long address(ByteBuffer direct) {
    return MEMORY.getDirectBufferAddress(direct);
  }

  /** A zeroed direct buffer in native byte order. */
  public static ByteBuffer allocate(int sizeBytes) {
    return ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.nativeOrder());
  }

  /** A buffer over foreign memory in native byte order; it does not own the memory. */
  public static ByteBuffer view(long address, int sizeBytes) {
    return MEMORY.newDirectByteBuffer(address, sizeBytes).order(ByteOrder.nativeOrder());
  }

  /** Memory that is not zeroed, hence costs nothing until used; to be given to {@link #free}. */
  public static long allocateUntouched(long sizeBytes) {
    long address = MEMORY.allocateMemory(sizeBytes, false);
    if (address == 0) {
      throw new OutOfMemoryError("cannot allocate " + sizeBytes + " bytes of native memory");
    }
    return address;
  }

  /** Frees what {@link #allocateUntouched} returned. */
  public static void free(long address) {
    MEMORY.freeMemory(address);
  }

  /** The zero-terminated string at an address. */
  public static String string(long address) {
    return new String(MEMORY.getZeroTerminatedByteArray(address), StandardCharsets.UTF_8);
  }

  /** A zero-terminated copy of a string in native memory. */
  public static ByteBuffer cString(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return allocate(bytes.length + 1).put(0, bytes);
  }

  /** Maps a file into memory, shared; returns the address. */
  public static long mapShared(int fd, long lengthBytes, boolean writable, String object) {
    int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    long address = libc().mmap(null, lengthBytes, protection, MAP_SHARED, fd, 0);
    if (address == MAP_FAILED) {
      throw new BpfException("map into memory", object, lastErrno());
    }
    return address;
  }

  /** Stores a byte. */
  public static void putByte(long address, byte value) {
    MEMORY.putByte(address, value);
  }

  /** The zero-terminated string at {@code offset}, at most {@code limit} bytes. */
  public static String string(ByteBuffer buffer, int offset, int limit) {
    int length = 0;
    while (length < limit && buffer.get(offset + length) != 0) {
      length++;
    }
    byte[] bytes = new byte[length];
    buffer.get(offset, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
