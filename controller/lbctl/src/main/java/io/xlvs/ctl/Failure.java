// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

/**
 * The end of a command that did not do what it was asked to: what the user reads and the exit status.
 *
 * <p>The user reads one line: the text, ipvsadm's own words where ipvsadm has some (scripts compare them), a colon, and the
 * detail, which names field, value and remedy.
 */
public final class Failure extends RuntimeException {
  /** Wrong usage: no command was sent. ipvsadm's status for its own checks. */
  public static final int USAGE = 2;

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String detail;

  /**
   * @param status exit status, 1..255
   * @param text what went wrong
   * @param detail field, value and remedy, or an empty string if the text has them
   */
  public Failure(int status, String text, String detail) {
    // No stack trace: this is an answer to the user, not a fault of the program.
    super(text, null, false, false);
    this.status = status;
    this.detail = detail;
  }

  /** Exit status of the process. */
  public int status() {
    return status;
  }

  /** All of it. */
  public String line() {
    return detail.isEmpty() ? getMessage() : getMessage() + ": " + detail;
  }

  /** The same failure, told with where in a file it happened and what became of the rest. */
  public Failure at(String where, String outcome) {
    return new Failure(status, where + ": " + line() + "; " + outcome, "");
  }
}
