// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import io.xlvs.loader.internal.Capabilities;
import io.xlvs.loader.internal.Errno;
import io.xlvs.loader.internal.Fd;
import io.xlvs.loader.internal.Layout;
import io.xlvs.loader.internal.LibBpf;
import io.xlvs.loader.internal.Native;
import io.xlvs.loader.internal.PrintCapture;
import io.xlvs.loader.map.RawMap;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a spec into a live collection through a libbpf object. The object lives only inside {@link #load()}: what the
 * collection keeps are duplicated descriptors, so that closing is ordinary descriptor closing.
 */
final class CollectionLoader {
  private final LibBpf bpf = Native.bpf();
  private final CollectionSpec spec;
  private final LoadOptions options;
  private final String object;
  private final Map<String, Long> logBuffers = new LinkedHashMap<>();
  private long handle;

  /** Maps that exist before the load: shared, or found at their pin path. Owned here until the load ends. */
  private final Map<String, RawMap> existing = new LinkedHashMap<>();

  CollectionLoader(CollectionSpec spec, LoadOptions options) {
    this.spec = spec;
    this.options = options;
    this.object = "collection '" + spec.name() + "'";
  }

  Collection load() {
    ByteBuffer file = Native.allocate(spec.objectFile().length).put(0, spec.objectFile());
    ByteBuffer name = Native.cString(spec.name());
    ByteBuffer openOptions = Native.allocate(Layout.OPEN_SIZE);
    openOptions.putLong(0, Layout.OPEN_SIZE).putLong(Layout.OPEN_OBJECT_NAME, Native.address(name));
    try (PrintCapture capture = PrintCapture.open()) {
      handle = bpf.bpf_object__open_mem(Native.address(file), file.capacity(), Native.address(openOptions));
      if (handle == 0) {
        int errno = Native.lastErrno();
        throw new BpfException("open", object, errno, capture.take());
      }
      prepareMaps();
      prepareSections();
      preparePrograms();
      int result = bpf.bpf_object__load(handle);
      if (result < 0) {
        throw loadFailure(-result, capture.take());
      }
      return collect();
    } finally {
      // libbpf reads the file's bytes and name until the load is over.
      Reference.reachabilityFence(file);
      Reference.reachabilityFence(name);
      release();
    }
  }

  private void release() {
    if (handle != 0) {
      bpf.bpf_object__close(handle);
    }
    logBuffers.values().forEach(Native::free);
    existing.values().forEach(RawMap::close);
  }

  private void prepareMaps() {
    for (MapSpec map : spec.maps().values()) {
      long mapHandle = bpf.bpf_object__find_map_by_name(handle, map.name());
      if (mapHandle == 0) {
        throw new BpfException("find", "map '" + map.name() + "' in " + object, Errno.ENOENT);
      }
      // Pins are this loader's business: libbpf would pin under its own default path.
      check(bpf.bpf_map__set_pin_path(mapHandle, null), "unset pin path of", map);
      if (!map.isDataSection()) {
        check(bpf.bpf_map__set_map_flags(mapHandle, map.flags()), "set flags of", map);
        check(bpf.bpf_map__set_max_entries(mapHandle, map.maxEntries()), "set max_entries of", map);
      }
      RawMap live = findExisting(map);
      if (live != null) {
        check(bpf.bpf_map__reuse_fd(mapHandle, live.fd()), "reuse", map);
      }
    }
  }

  private RawMap findExisting(MapSpec map) {
    RawMap live = null;
    String where = "";
    if (map.shared().isPresent()) {
      live = map.shared().get().duplicate();
      where = "map '" + map.name() + "' shared by its owner";
    } else if (map.pinPath().isPresent() && Files.exists(map.pinPath().get())) {
      live = RawMap.openPinned(map.pinPath().get());
      where = "map '" + map.name() + "' pinned at " + map.pinPath().get();
    }
    if (live != null) {
      existing.put(map.name(), live);
      List<String> differences = map.differences(live.info(), map.shared().isEmpty());
      if (!differences.isEmpty()) {
        throw new IncompatibleMapException(where, differences);
      }
    }
    return live;
  }

  private void prepareSections() {
    for (Map.Entry<String, ByteBuffer> section : spec.sections().entrySet()) {
      if (existing.containsKey(section.getKey())) {
        continue;
      }
      ByteBuffer source = section.getValue().duplicate().clear();
      ByteBuffer copy = Native.allocate(source.remaining()).put(source);
      long mapHandle = bpf.bpf_object__find_map_by_name(handle, section.getKey());
      int result = bpf.bpf_map__set_initial_value(mapHandle, Native.address(copy), copy.capacity());
      Reference.reachabilityFence(copy);
      Native.check(result, "set initial value of", "section " + section.getKey() + " of " + object);
    }
  }

  private void preparePrograms() {
    for (ProgramSpec program : spec.programs().values()) {
      long programHandle = programHandle(program);
      check(bpf.bpf_program__set_autoload(programHandle, program.autoload() ? 1 : 0), "set autoload of", program);
      if (!program.autoload()) {
        continue;
      }
      if (program.type().isPresent()) {
        check(bpf.bpf_program__set_type(programHandle, program.type().get().number()), "set type of", program);
      }
      if (program.attachType().isPresent()) {
        int attachType = program.attachType().get().number();
        check(bpf.bpf_program__set_expected_attach_type(programHandle, attachType), "set attach type of", program);
      }
      if (program.flags().isPresent()) {
        check(bpf.bpf_program__set_flags(programHandle, program.flags().get()), "set flags of", program);
      }
      long log = Native.allocateUntouched(options.logBufferBytes());
      Native.putByte(log, (byte) 0);
      logBuffers.put(program.name(), log);
      check(bpf.bpf_program__set_log_buf(programHandle, log, options.logBufferBytes()), "set log buffer of", program);
      check(bpf.bpf_program__set_log_level(programHandle, options.logLevel()), "set log level of", program);
    }
  }

  private long programHandle(ProgramSpec program) {
    long programHandle = bpf.bpf_object__find_program_by_name(handle, program.name());
    if (programHandle == 0) {
      throw new BpfException("find", "program '" + program.name() + "' in " + object, Errno.ENOENT);
    }
    return programHandle;
  }

  /** Programs load in order, and the log of the one that failed is the last one written. */
  private BpfException loadFailure(int errno, String words) {
    List<Map.Entry<String, Long>> logs = new ArrayList<>(logBuffers.entrySet());
    for (int i = logs.size() - 1; i >= 0; i--) {
      String log = Native.string(logs.get(i).getValue());
      boolean failed = bpf.bpf_program__fd(programHandle(spec.program(logs.get(i).getKey()))) < 0;
      if (failed && !log.isBlank()) {
        return new VerifierException(logs.get(i).getKey(), errno, log);
      }
    }
    boolean refused = errno == Errno.EPERM || errno == Errno.EACCES;
    return new BpfException("load", object, errno, refused ? words + "; " + Capabilities.missing() : words);
  }

  private Collection collect() {
    Map<String, RawMap> maps = new LinkedHashMap<>();
    Map<String, Program> programs = new LinkedHashMap<>();
    List<Path> pinned = new ArrayList<>();
    try {
      for (MapSpec map : spec.maps().values()) {
        long mapHandle = bpf.bpf_object__find_map_by_name(handle, map.name());
        maps.put(map.name(), RawMap.adoptCopy(check(bpf.bpf_map__fd(mapHandle), "open", map), map.name()));
      }
      for (ProgramSpec program : spec.programs().values()) {
        if (program.autoload()) {
          int fd = check(bpf.bpf_program__fd(programHandle(program)), "open", program);
          String log = Native.string(logBuffers.get(program.name()));
          programs.put(program.name(), new Program(Fd.duplicate(fd, "program '" + program.name() + "'"), program.name(), log));
        }
      }
      for (MapSpec map : spec.maps().values()) {
        if (map.pinPath().isPresent() && !existing.containsKey(map.name())) {
          maps.get(map.name()).pin(map.pinPath().get());
          pinned.add(map.pinPath().get());
        }
      }
    } catch (RuntimeException e) {
      pinned.forEach(RawMap::unpin);
      programs.values().forEach(Program::close);
      maps.values().forEach(RawMap::close);
      throw e;
    }
    return new Collection(spec, maps, programs);
  }

  private int check(int result, String operation, MapSpec map) {
    return Native.check(result, operation, "map '" + map.name() + "' of " + object);
  }

  private int check(int result, String operation, ProgramSpec program) {
    return Native.check(result, operation, "program '" + program.name() + "' of " + object);
  }
}
