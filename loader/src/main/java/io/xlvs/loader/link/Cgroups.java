// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.link;

import io.xlvs.loader.AttachType;
import io.xlvs.loader.Program;
import io.xlvs.loader.internal.Fd;
import io.xlvs.loader.internal.Native;
import java.nio.file.Path;

/** Programs on cgroups (version 2): they see the sockets of all processes in the cgroup and below. */
public final class Cgroups {
  private static final int O_RDONLY = 0;
  private static final int O_CLOEXEC = 02000000;

  private Cgroups() {}

  /**
   * Attaches a program by a link; the caller closes or pins it.
   *
   * @param cgroup a directory of the cgroup2 file system
   * @param attachType one of the {@code CGROUP_*} constants, as the program expects it
   */
  public static Link attach(Program program, Path cgroup, AttachType attachType) {
    int descriptor = Native.libc().open(cgroup.toString(), O_RDONLY | O_CLOEXEC, 0);
    Native.checkErrno(descriptor, "open cgroup", cgroup.toString());
    try (Fd directory = new Fd(descriptor, "cgroup " + cgroup)) {
      int result = Native.bpf().bpf_link_create(program.fd(), directory.get(), attachType.number(), 0);
      return Link.created(result, "attach", program + " (" + attachType + ") to cgroup " + cgroup);
    }
  }
}
