// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.link;

import io.xlvs.loader.Program;
import io.xlvs.loader.ProgramType;
import io.xlvs.loader.internal.Native;

/** Programs on the kernel's tracepoints. */
public final class RawTracepoint {
  private RawTracepoint() {}

  /**
   * Attaches a program by a link; the caller closes or pins it.
   *
   * @param name the tracepoint, for example "xdp_redirect_err"; ignored for programs of section "tp_btf/NAME", which are bound
   *     to their tracepoint when loaded
   */
  public static Link attach(Program program, String name) {
    String target = program.type() == ProgramType.TRACING ? null : name;
    int result = Native.bpf().bpf_raw_tracepoint_open(target, program.fd());
    return Link.created(result, "attach", program + " to tracepoint " + name);
  }
}
