// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

/** What BPF's instructions compute, by the instruction set's document (RFC 9669). */
final class BpfArithmetic {
  private static final long LOWER = 0xffff_ffffL;

  private BpfArithmetic() {}

  /** The new value of the destination. */
  static long compute(BpfCode.Insn insn, long a, long b) {
    boolean wide = (insn.op & 7) == 7;
    int operation = insn.op & 0xf0;
    if (operation == 0xd0) {
      return swap(insn, a);
    }
    if (wide) {
      return switch (operation) {
        case 0x00 -> a + b;
        case 0x10 -> a - b;
        case 0x20 -> a * b;
        case 0x30 -> b == 0 ? 0 : Long.divideUnsigned(a, b);
        case 0x40 -> a | b;
        case 0x50 -> a & b;
        case 0x60 -> a << b;
        case 0x70 -> a >>> b;
        case 0x80 -> -a;
        case 0x90 -> b == 0 ? a : Long.remainderUnsigned(a, b);
        case 0xa0 -> a ^ b;
        case 0xb0 -> b;
        case 0xc0 -> a >> b;
        default -> throw new IllegalStateException("unknown instruction " + Integer.toHexString(insn.op));
      };
    }
    int x = (int) a;
    int y = (int) b;
    return LOWER & switch (operation) {
      case 0x00 -> x + y;
      case 0x10 -> x - y;
      case 0x20 -> x * y;
      case 0x30 -> y == 0 ? 0 : Integer.divideUnsigned(x, y);
      case 0x40 -> x | y;
      case 0x50 -> x & y;
      case 0x60 -> x << y;
      case 0x70 -> x >>> y;
      case 0x80 -> -x;
      case 0x90 -> y == 0 ? x : Integer.remainderUnsigned(x, y);
      case 0xa0 -> x ^ y;
      case 0xb0 -> y;
      case 0xc0 -> x >> y;
      default -> throw new IllegalStateException("unknown instruction " + Integer.toHexString(insn.op));
    };
  }

  /** To big endian, or to little endian, which on this machine only cuts. */
  private static long swap(BpfCode.Insn insn, long a) {
    boolean big = (insn.op & 8) != 0;
    return switch (insn.imm) {
      case 16 -> Short.toUnsignedLong(big ? Short.reverseBytes((short) a) : (short) a);
      case 32 -> Integer.toUnsignedLong(big ? Integer.reverseBytes((int) a) : (int) a);
      default -> big ? Long.reverseBytes(a) : a;
    };
  }

  /** Whether a jump is taken. */
  static boolean jumps(BpfCode.Insn insn, long a, long b) {
    boolean wide = (insn.op & 7) == 5;
    long x = wide ? a : a & LOWER;
    long y = wide ? b : b & LOWER;
    long sx = wide ? a : (int) a;
    long sy = wide ? b : (int) b;
    return switch (insn.op & 0xf0) {
      case 0x00 -> true;
      case 0x10 -> x == y;
      case 0x20 -> Long.compareUnsigned(x, y) > 0;
      case 0x30 -> Long.compareUnsigned(x, y) >= 0;
      case 0x40 -> (x & y) != 0;
      case 0x50 -> x != y;
      case 0x60 -> sx > sy;
      case 0x70 -> sx >= sy;
      case 0xa0 -> Long.compareUnsigned(x, y) < 0;
      case 0xb0 -> Long.compareUnsigned(x, y) <= 0;
      case 0xc0 -> sx < sy;
      case 0xd0 -> sx <= sy;
      default -> throw new IllegalStateException("unknown jump " + Integer.toHexString(insn.op));
    };
  }
}
