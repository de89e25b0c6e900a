// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import io.xlvs.loader.Bpf;
import io.xlvs.loader.Collection;
import io.xlvs.loader.CollectionSpec;
import io.xlvs.loader.Program;
import io.xlvs.loader.map.BpfMap;
import io.xlvs.loader.map.Codec;
import io.xlvs.loader.map.Codecs;
import io.xlvs.loader.map.RawMap;
import io.xlvs.loader.pin.PinDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the two BPF objects have in common: their resources, maps and pins. */
final class Programs {
  static final String DIRECTORS = "directors";
  static final String COUNTS = "counts";
  static final String VIPS = "vips";

  private static final int MAPPED_BITS = 96;

  /** {@code struct realserver_address}. */
  static final Codec<InetAddress> ADDRESS =
      Codecs.of(16, (address, out) -> out.put(Literals.mapped(address)), Programs::address);

  /** {@code struct realserver_prefix}: length over the mapped form, then the address. */
  static final Codec<Prefix> PREFIX = Codecs.of(20, Programs::putPrefix, Programs::prefix);

  private Programs() {}

  private static InetAddress address(ByteBuffer in) {
    byte[] bytes = new byte[16];
    in.get(bytes);
    try {
      // Java turns a mapped address into an IPv4 one.
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("16 bytes are an address", e);
    }
  }

  private static void putPrefix(Prefix prefix, ByteBuffer out) {
    out.putInt(prefix.mappedLength());
    out.put(Literals.mapped(prefix.address()));
  }

  private static Prefix prefix(ByteBuffer in) {
    int mappedLength = in.getInt();
    InetAddress address = address(in);
    return new Prefix(address, address.getAddress().length == 4 ? mappedLength - MAPPED_BITS : mappedLength);
  }

  /** The object file that the build put beside this class. */
  static CollectionSpec spec(String name) {
    String resource = name + ".bpf.o";
    try (InputStream in = Programs.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new SetupException(resource + " is missing from the program's jar: reinstall xlvs-realserver");
      }
      return CollectionSpec.parse(name, in.readAllBytes());
    } catch (IOException e) {
      throw new SetupException("cannot read " + resource + " from the program's jar: " + e.getMessage(), e);
    }
  }

  /** Makes a set (a map whose values do not matter) hold exactly these keys; present keys never vanish meanwhile. */
  static <K> void fill(RawMap map, Codec<K> codec, List<K> keys) {
    BpfMap<K, Integer> set = BpfMap.of(map, codec, Codecs.U32);
    Set<K> stale = new HashSet<>(set.entries().keySet());
    keys.forEach(key -> set.update(key, 1));
    keys.forEach(stale::remove);
    stale.forEach(set::delete);
  }

  static <K> Set<K> members(RawMap map, Codec<K> codec) {
    return BpfMap.of(map, codec, Codecs.U32).entries().keySet();
  }

  /** Pins under a name, replacing what is there. */
  static void repin(Path path, Collection collection, String mapName) {
    PinDirectory.unpin(path);
    collection.map(mapName).pin(path);
  }

  /** As {@link #repin(Path, Collection, String)}, for a program. */
  static void repin(Path path, Program program) {
    PinDirectory.unpin(path);
    program.pin(path);
  }

  /** Sums over all CPUs; empty without the pinned map. */
  static Map<Count, Long> counts(Path pins) {
    Map<Count, Long> sums = new EnumMap<>(Count.class);
    if (!Files.exists(pins.resolve(COUNTS))) {
      return sums;
    }
    try (RawMap raw = RawMap.openPinned(pins.resolve(COUNTS))) {
      BpfMap<Integer, List<Long>> map = BpfMap.of(raw, Codecs.U32, Codecs.perCpu(Codecs.U64, Bpf.possibleCpus()));
      for (Count count : Count.values()) {
        long sum = map.lookup(count.ordinal()).orElseThrow().stream().mapToLong(Long::longValue).sum();
        sums.put(count, sum);
      }
    }
    return sums;
  }
}
