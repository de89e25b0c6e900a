// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import io.xlvs.loader.internal.Fd;
import io.xlvs.loader.internal.Layout;
import io.xlvs.loader.internal.Native;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A program in the kernel. One from a {@link Collection} is closed with it; one opened here is closed by the caller. */
public final class Program implements AutoCloseable {
  private static final int MAX_MAP_IDS = 64;

  private final Fd fd;
  private final String name;
  private final String verifierLog;
  private final ProgramType type;

  Program(Fd fd, String nameOrNull, String verifierLog) {
    this.fd = fd;
    this.verifierLog = verifierLog;
    ProgramInfo info;
    try {
      info = readInfo(fd.get());
    } catch (RuntimeException e) {
      fd.close();
      throw e;
    }
    this.name = nameOrNull == null ? info.name() : nameOrNull;
    this.type = info.type();
  }

  /** Opens a pinned program; the caller closes it. */
  public static Program openPinned(Path path) {
    int programFd = Native.check(Native.bpf().bpf_obj_get(path.toString()), "open pinned", "program " + path);
    return new Program(new Fd(programFd, "program " + path), null, "");
  }

  /** Opens a program by the kernel's id (needs CAP_SYS_ADMIN); the caller closes it. */
  public static Program openById(int id) {
    int programFd = Native.check(Native.bpf().bpf_prog_get_fd_by_id(id), "open", "program with id " + id);
    return new Program(new Fd(programFd, "program with id " + id), null, "");
  }

  /** The program's descriptor; it stays owned by this object. */
  public int fd() {
    return fd.get();
  }

  /** Name of the C function where known, else the kernel's. */
  public String name() {
    return name;
  }

  public ProgramType type() {
    return type;
  }

  /** What the kernel says now. */
  public ProgramInfo info() {
    return readInfo(fd.get());
  }

  /** The verifier's log; empty unless loaded with a log level above 0. */
  public String verifierLog() {
    return verifierLog;
  }

  /**
   * Runs the program on given bytes (BPF_PROG_TEST_RUN), without any network device.
   *
   * @throws BpfException ENOSPC when the output does not fit {@link TestRunOptions#outSizeBytes()}
   */
  public TestRunResult testRun(TestRunOptions options) {
    return new TestRun(this, options).run();
  }

  /** Pins the program under a path on a bpffs; remove the pin with {@link io.xlvs.loader.pin.PinDirectory#unpin}. */
  public void pin(Path path) {
    Native.check(Native.bpf().bpf_obj_pin(fd.get(), path.toString()), "pin", this + " at " + path);
  }

  /** Closes the descriptor; the kernel frees the program when nothing else holds it. Idempotent. */
  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return "program '" + name + "'";
  }

  private static ProgramInfo readInfo(int programFd) {
    ByteBuffer ids = Native.allocate(MAX_MAP_IDS * Integer.BYTES);
    ByteBuffer raw = Native.allocate(Layout.PROG_INFO_SIZE);
    raw.putInt(Layout.PROG_INFO_NR_MAP_IDS, MAX_MAP_IDS).putLong(Layout.PROG_INFO_MAP_IDS, Native.address(ids));
    ByteBuffer size = Native.allocate(4).putInt(0, Layout.PROG_INFO_SIZE);
    int result = Native.bpf().bpf_obj_get_info_by_fd(programFd, Native.address(raw), Native.address(size));
    Reference.reachabilityFence(ids);
    Native.check(result, "describe", "program with fd " + programFd);
    List<Integer> mapIds = new ArrayList<>();
    for (int i = 0; i < Math.min(MAX_MAP_IDS, raw.getInt(Layout.PROG_INFO_NR_MAP_IDS)); i++) {
      mapIds.add(ids.getInt(i * Integer.BYTES));
    }
    byte[] tag = new byte[Layout.TAG_BYTES];
    raw.get(Layout.PROG_INFO_TAG, tag);
    return new ProgramInfo(
        raw.getInt(Layout.PROG_INFO_ID),
        ProgramType.of(raw.getInt(Layout.PROG_INFO_TYPE)),
        Native.string(raw, Layout.PROG_INFO_NAME, Layout.OBJECT_NAME_BYTES),
        HexFormat.of().formatHex(tag),
        raw.getInt(Layout.PROG_INFO_JITED_LEN),
        raw.getInt(Layout.PROG_INFO_XLATED_LEN),
        raw.getInt(Layout.PROG_INFO_VERIFIED_INSNS),
        raw.getLong(Layout.PROG_INFO_RUN_TIME_NS),
        raw.getLong(Layout.PROG_INFO_RUN_CNT),
        mapIds);
  }
}
