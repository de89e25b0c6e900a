// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.internal;

import java.util.HashMap;
import java.util.Map;

/** Linux error numbers (asm-generic values, the same on x86-64 and arm64) with their names and texts. */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int EAGAIN = 11;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int EINVAL = 22;
  public static final int ENOSPC = 28;
  public static final int ENOSYS = 38;
  public static final int EOPNOTSUPP = 95;
  public static final int ECANCELED = 125;

  /** Internal to the kernel, yet returned for map operations that a map type lacks. */
  public static final int ENOTSUPP = 524;

  private static final Map<Integer, String[]> KNOWN = new HashMap<>();

  static {
    String[] table = {
      "1 EPERM Operation not permitted", "2 ENOENT No such file or directory", "3 ESRCH No such process",
      "4 EINTR Interrupted system call", "5 EIO Input/output error", "6 ENXIO No such device or address",
      "7 E2BIG Argument list too long", "8 ENOEXEC Exec format error", "9 EBADF Bad file descriptor",
      "10 ECHILD No child processes", "11 EAGAIN Resource temporarily unavailable", "12 ENOMEM Cannot allocate memory",
      "13 EACCES Permission denied", "14 EFAULT Bad address", "16 EBUSY Device or resource busy",
      "17 EEXIST File exists", "18 EXDEV Invalid cross-device link", "19 ENODEV No such device",
      "20 ENOTDIR Not a directory", "21 EISDIR Is a directory", "22 EINVAL Invalid argument",
      "23 ENFILE Too many open files in system", "24 EMFILE Too many open files", "25 ENOTTY Inappropriate ioctl for device",
      "26 ETXTBSY Text file busy", "27 EFBIG File too large", "28 ENOSPC No space left on device",
      "30 EROFS Read-only file system", "32 EPIPE Broken pipe", "33 EDOM Numerical argument out of domain",
      "34 ERANGE Numerical result out of range", "36 ENAMETOOLONG File name too long", "38 ENOSYS Function not implemented",
      "40 ELOOP Too many levels of symbolic links", "61 ENODATA No data available", "71 EPROTO Protocol error",
      "75 EOVERFLOW Value too large for defined data type", "84 EILSEQ Invalid or incomplete multibyte or wide character",
      "90 EMSGSIZE Message too long", "92 ENOPROTOOPT Protocol not available", "93 EPROTONOSUPPORT Protocol not supported",
      "95 EOPNOTSUPP Operation not supported", "97 EAFNOSUPPORT Address family not supported by protocol",
      "98 EADDRINUSE Address already in use", "99 EADDRNOTAVAIL Cannot assign requested address",
      "100 ENETDOWN Network is down", "101 ENETUNREACH Network is unreachable", "105 ENOBUFS No buffer space available",
      "110 ETIMEDOUT Connection timed out", "113 EHOSTUNREACH No route to host", "116 ESTALE Stale file handle",
      "125 ECANCELED Operation canceled", "524 ENOTSUPP Operation not supported by this kernel object",
      "4001 LIBBPF_ERRNO__LIBELF Something wrong in libelf", "4002 LIBBPF_ERRNO__FORMAT BPF object format invalid",
      "4003 LIBBPF_ERRNO__KVERSION Incorrect or no 'version' section", "4004 LIBBPF_ERRNO__ENDIAN Endian mismatch",
      "4005 LIBBPF_ERRNO__INTERNAL Internal error in libbpf", "4006 LIBBPF_ERRNO__RELOC Relocation failed",
      "4007 LIBBPF_ERRNO__LOAD Load program failure for unknown reason", "4008 LIBBPF_ERRNO__VERIFY Program verification failed",
      "4009 LIBBPF_ERRNO__PROG2BIG Program too big", "4010 LIBBPF_ERRNO__KVER Incorrect kernel version",
      "4011 LIBBPF_ERRNO__PROGTYPE Kernel does not support this program type", "4012 LIBBPF_ERRNO__WRNGPID Wrong pid in netlink message",
      "4013 LIBBPF_ERRNO__INVSEQ Invalid netlink sequence", "4014 LIBBPF_ERRNO__NLPARSE Netlink parsing error",
    };
    for (String line : table) {
      String[] parts = line.split(" ", 3);
      KNOWN.put(Integer.valueOf(parts[0]), new String[] {parts[1], parts[2]});
    }
  }

  private Errno() {}

  /** The symbolic name, or "errno N" for a number not in the table. */
  public static String name(int errno) {
    String[] known = KNOWN.get(errno);
    return known == null ? "errno " + errno : known[0];
  }

  /** Name and text, for example {@code "ENOENT (No such file or directory)"}. */
  public static String describe(int errno) {
    String[] known = KNOWN.get(errno);
    return known == null ? "errno " + errno : known[0] + " (" + known[1] + ")";
  }
}
