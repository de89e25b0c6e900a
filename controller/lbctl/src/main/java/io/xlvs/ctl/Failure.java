// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

/**
 * The end of a command that did not do what it was asked to: what the user reads and the exit status.
 *
 * <p>The text is the first line on standard error, ipvsadm's own words where ipvsadm has some (scripts compare it); the
 * detail follows on lines of its own and names field, value and remedy.
 */
public final class Failure extends RuntimeException {
  /** Wrong usage: no command was sent. ipvsadm's status for its own checks. */
  public static final int USAGE = 2;

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String detail;

  /**
   * @param status exit status, 1..255
   * @param text first line on standard error
   * @param detail further lines, or an empty string
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

  /** Lines after the first, or an empty string. */
  public String detail() {
    return detail;
  }

  /** The same failure with another line in front of its detail, such as where in a file it happened. */
  public Failure at(String where) {
    return new Failure(status, getMessage(), detail.isEmpty() ? where : where + "\n" + detail);
  }
}
