// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader;

import java.util.List;

/** The kernel's verifier refused a program. The message has one telling line; {@link #log()} has everything. */
public final class VerifierException extends BpfException {
  private static final long serialVersionUID = 1L;

  private final String log;
  private final String summary;
  private final int omittedLines;

  /**
   * @param program the refused program's name
   * @param errno the error number of BPF_PROG_LOAD
   * @param log the verifier's whole log
   */
  public VerifierException(String program, int errno, String log) {
    this(program, errno, log, summarize(log), Math.max(0, (int) log.lines().count() - 1));
  }

  private VerifierException(String program, int errno, String log, String summary, int omittedLines) {
    super("load", "program '" + program + "'", errno, summary + " (" + omittedLines + " more lines in the verifier's log)");
    this.log = log;
    this.summary = summary;
    this.omittedLines = omittedLines;
  }

  /** The verifier's log, complete up to the log buffer's size (see {@link LoadOptions#logBufferBytes()}). */
  public String log() {
    return log;
  }

  /** The one line that says why. */
  public String summary() {
    return summary;
  }

  /** How many lines of the log the message leaves out. */
  public int omittedLines() {
    return omittedLines;
  }

  /** The verifier states its reason last, followed only by statistics. */
  private static String summarize(String log) {
    List<String> lines = log.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    for (int i = lines.size() - 1; i >= 0; i--) {
      String line = lines.get(i);
      if (!isStatistics(line)) {
        return line;
      }
    }
    return "the verifier gave no reason";
  }

  private static boolean isStatistics(String line) {
    return line.startsWith("processed ")
        || line.startsWith("verification time")
        || line.startsWith("stack depth")
        || line.startsWith("mark_precise:");
  }
}
