// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.loader.map.RawMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Runs an XDP program on one packet instruction by instruction, and counts what a clock only sums up: instructions, map look-ups, calls
 * of helpers, cache lines of tables. Maps are read from the kernel; what the program writes to them stays here. It knows the helpers of the
 * fast way, and stops at any other by name. That it runs the program and not something else, the packet shows that comes out.
 */
final class BpfTrace {
  static final int LD_IMM64 = 0x18;
  static final int CALL = 0x85;
  static final int TO_FUNCTION = 1;
  private static final int EXIT = 0x95;
  private static final int MOST_INSTRUCTIONS = 100_000;
  private static final int STACK_BYTES = 512;
  private static final int HEADROOM = 256;
  private static final int LINE_BYTES = 64;
  private static final int REGION_BITS = 40;

  /** What was counted. */
  record Counts(int instructions, int lookups, int helpers, int lines) {}

  /** @param maps looked up, with how often */
  record Trace(Counts counts, Map<String, Integer> maps, int verdict, byte[] packet) {}

  /** Memory that pointers lead to: region index above, offset below. */
  private record Region(ByteBuffer bytes, String table, long tableAt) {}

  private record Frame(BpfCode.Place back, long[] saved, long stack) {}

  /** The packet left the fast way. */
  static final class SlowWayException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private SlowWayException(String message) {
      super(message);
    }
  }

  private final Function<String, RawMap> maps;
  private final int cpu;
  private final long jiffies;
  private final int ingress;

  private final List<Region> regions = new ArrayList<>();
  private final Map<String, Long> values = new HashMap<>();
  private final List<String> references = new ArrayList<>();
  private final Deque<Frame> frames = new ArrayDeque<>();
  private final Map<String, Integer> lookups = new TreeMap<>();
  private final Set<String> lines = new HashSet<>();
  private final long[] r = new long[11];
  private long context;
  private long packet;
  private int data;
  private int dataEnd;
  private int instructions;
  private int helpers;

  /** @param maps by their names in the object; data sections by theirs */
  BpfTrace(Function<String, RawMap> maps, int cpu, long jiffies, int ingress) {
    this.maps = maps;
    this.cpu = cpu;
    this.jiffies = jiffies;
    this.ingress = ingress;
  }

  /** Runs once; a new object is needed for the next run. */
  Trace run(BpfCode.Place start, byte[] frame) {
    context = add(ByteBuffer.allocate(0), null, 0);
    ByteBuffer bytes = ByteBuffer.allocate(HEADROOM + frame.length);
    bytes.put(HEADROOM, frame);
    packet = add(bytes, null, 0);
    data = HEADROOM;
    dataEnd = bytes.capacity();
    r[1] = context;
    r[10] = newStack();
    BpfCode.Place at = start;
    while (at != null) {
      if (++instructions > MOST_INSTRUCTIONS) {
        throw new IllegalStateException("more than " + MOST_INSTRUCTIONS + " instructions");
      }
      at = step(at);
    }
    int looked = lookups.values().stream().mapToInt(n -> n).sum();
    byte[] out = Arrays.copyOfRange(bytes.array(), data, dataEnd);
    return new Trace(new Counts(instructions, looked, helpers, lines.size()), lookups, (int) r[0], out);
  }

  /** Executes one instruction; returns the next one's place, or null at the end. */
  private BpfCode.Place step(BpfCode.Place at) {
    BpfCode.Insn insn = at.code()[at.index()];
    int next = at.index() + 1;
    switch (insn.op & 7) {
      case 0 -> {
        r[insn.dst] = insn.map != null ? reference(insn.map) : insn.data != null ? dataAddress(insn) : insn.wide;
        next++;
      }
      case 1 -> r[insn.dst] = load(r[insn.src] + insn.off, size(insn.op));
      case 2 -> store(r[insn.dst] + insn.off, size(insn.op), insn.imm);
      case 3 -> {
        if ((insn.op & 0xe0) == 0xc0) {
          atomic(insn);
        } else {
          store(r[insn.dst] + insn.off, size(insn.op), r[insn.src]);
        }
      }
      case 4, 7 -> r[insn.dst] = BpfArithmetic.compute(insn, r[insn.dst], operand(insn));
      default -> {
        if (insn.op == EXIT) {
          return leave();
        } else if (insn.op == CALL && insn.src == TO_FUNCTION) {
          return enter(insn.target, new BpfCode.Place(at.code(), next));
        } else if (insn.op == CALL) {
          helper(insn.imm);
        } else if (BpfArithmetic.jumps(insn, r[insn.dst], operand(insn))) {
          next += insn.off;
        }
      }
    }
    return new BpfCode.Place(at.code(), next);
  }

  private long operand(BpfCode.Insn insn) {
    return (insn.op & 8) != 0 ? r[insn.src] : insn.imm;
  }

  private BpfCode.Place enter(BpfCode.Place target, BpfCode.Place back) {
    frames.push(new Frame(back, Arrays.copyOfRange(r, 6, 10), r[10]));
    r[10] = newStack();
    return target;
  }

  private BpfCode.Place leave() {
    if (frames.isEmpty()) {
      return null;
    }
    Frame frame = frames.pop();
    System.arraycopy(frame.saved, 0, r, 6, 4);
    r[10] = frame.stack;
    return frame.back;
  }

  private void helper(int number) {
    helpers++;
    switch (number) {
      case 1 -> {
        helpers--;
        r[0] = lookup(references.get((int) (r[1] & 0xffff)), r[2]);
      }
      case 8 -> r[0] = cpu;
      case 44 -> {
        data += (int) r[2];
        r[0] = data < 0 || data > dataEnd ? -22 : 0;
      }
      case 118 -> r[0] = jiffies;
      case 188 -> r[0] = dataEnd - data;
      default -> throw new SlowWayException("helper " + number + ": if the fast way has it, it belongs into BpfTrace");
    }
    Arrays.fill(r, 1, 6, 0xdeadL);
  }

  private long lookup(String name, long key) {
    lookups.merge(name, 1, Integer::sum);
    RawMap map = maps.apply(name);
    byte[] bytes = bytes(key, map.keySizeBytes());
    Long known = values.get(name + Arrays.toString(bytes));
    if (known != null) {
      return known;
    }
    ByteBuffer value = ByteBuffer.allocateDirect(map.valueSizeBytes()).order(ByteOrder.nativeOrder());
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder()).put(0, bytes);
    if (!map.lookup(direct, value)) {
      return 0;
    }
    int stride = map.info().strideBytes();
    boolean perCpu = map.info().type().isPerCpu();
    ByteBuffer mine = perCpu ? value.slice(cpu * stride, map.info().valueSizeBytes()) : value;
    long at = bytes.length == 4 ? Integer.toUnsignedLong(direct.getInt(0)) * stride : 0;
    long pointer = add(mine, perCpu ? name + cpu : name, at);
    values.put(name + Arrays.toString(bytes), pointer);
    return pointer;
  }

  private long reference(String map) {
    references.add(map);
    return references.size() - 1;
  }

  private long dataAddress(BpfCode.Insn insn) {
    Long begin = values.get(insn.data);
    if (begin == null) {
      RawMap map = maps.apply(insn.data);
      ByteBuffer value = ByteBuffer.allocateDirect(map.valueSizeBytes());
      if (!map.lookup(ByteBuffer.allocateDirect(4), value)) {
        throw new IllegalStateException("section " + insn.data + " has no map");
      }
      begin = add(value, insn.data, 0);
      values.put(insn.data, begin);
    }
    return begin + insn.wide;
  }

  private long newStack() {
    return add(ByteBuffer.allocate(STACK_BYTES), null, 0) + STACK_BYTES;
  }

  private long add(ByteBuffer bytes, String table, long tableAt) {
    regions.add(new Region(bytes.order(ByteOrder.LITTLE_ENDIAN), table, tableAt));
    return (long) regions.size() << REGION_BITS;
  }

  private static int size(int op) {
    return switch (op & 0x18) {
      case 0 -> 4;
      case 8 -> 2;
      case 0x10 -> 1;
      default -> 8;
    };
  }

  private Region region(long address, int bytes) {
    long index = (address >>> REGION_BITS) - 1;
    long offset = offset(address);
    if (index < 0 || index >= regions.size() || offset + bytes > regions.get((int) index).bytes.capacity()) {
      throw new IllegalStateException("no memory at " + Long.toHexString(address));
    }
    Region region = regions.get((int) index);
    if (region.table != null) {
      lines.add(region.table + (region.tableAt + offset) / LINE_BYTES);
      lines.add(region.table + (region.tableAt + offset + bytes - 1) / LINE_BYTES);
    }
    return region;
  }

  private static long offset(long address) {
    return address & (1L << REGION_BITS) - 1;
  }

  private byte[] bytes(long address, int count) {
    byte[] bytes = new byte[count];
    region(address, count).bytes.get((int) offset(address), bytes);
    return bytes;
  }

  private long load(long address, int bytes) {
    if (address >>> REGION_BITS == context >>> REGION_BITS) {
      return contextField((int) offset(address));
    }
    ByteBuffer memory = region(address, bytes).bytes;
    int at = (int) offset(address);
    return switch (bytes) {
      case 1 -> Byte.toUnsignedLong(memory.get(at));
      case 2 -> Short.toUnsignedLong(memory.getShort(at));
      case 4 -> Integer.toUnsignedLong(memory.getInt(at));
      default -> memory.getLong(at);
    };
  }

  /** struct xdp_md. */
  private long contextField(int offset) {
    return switch (offset) {
      case 0, 8 -> packet + data;
      case 4 -> packet + dataEnd;
      case 12 -> ingress;
      case 16 -> 0;
      default -> throw new IllegalStateException("no field of the context at " + offset);
    };
  }

  private void store(long address, int bytes, long value) {
    ByteBuffer memory = region(address, bytes).bytes;
    int at = (int) offset(address);
    switch (bytes) {
      case 1 -> memory.put(at, (byte) value);
      case 2 -> memory.putShort(at, (short) value);
      case 4 -> memory.putInt(at, (int) value);
      default -> memory.putLong(at, value);
    }
  }

  private void atomic(BpfCode.Insn insn) {
    long address = r[insn.dst] + insn.off;
    int bytes = size(insn.op);
    long old = load(address, bytes);
    if (insn.imm == 0xf1) {
      if (old == (bytes == 4 ? r[0] & 0xffff_ffffL : r[0])) {
        store(address, bytes, r[insn.src]);
      }
      r[0] = old;
      return;
    }
    store(address, bytes, switch (insn.imm & 0xf0) {
      case 0x00 -> old + r[insn.src];
      case 0x40 -> old | r[insn.src];
      case 0x50 -> old & r[insn.src];
      case 0xa0 -> old ^ r[insn.src];
      default -> r[insn.src];
    });
    if ((insn.imm & 1) != 0) {
      r[insn.src] = old;
    }
  }
}
