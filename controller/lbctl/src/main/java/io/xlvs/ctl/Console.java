// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import io.xlvs.ctl.ipvs.Names;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a command may see of the world besides xlvsd: its streams, its environment and the host's names.
 *
 * @param in standard input
 * @param out standard output: data only
 * @param err standard error: words for people
 * @param env environment variables
 * @param terminal whether standard output is a terminal
 * @param errorTerminal whether standard error is one
 * @param names host and port names
 */
public record Console(
    InputStream in, PrintStream out, PrintStream err, Map<String, String> env, boolean terminal, boolean errorTerminal,
    Names names) {
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  /** Whether output may be coloured: on a terminal, unless the user set {@code NO_COLOR} (no-color.org). */
  public boolean colours() {
    return terminal && env.getOrDefault("NO_COLOR", "").isEmpty() && !"dumb".equals(env.get("TERM"));
  }

  /** Prints a failure in one line and gives its exit status back. */
  public int report(Failure failure) {
    err.println(visible(failure.line()));
    return failure.status();
  }

  /** Input is quoted in messages: a line break or an escape sequence in it must not break the line or the terminal. */
  private static String visible(String text) {
    return CONTROL.matcher(text).replaceAll(found -> String.format("\\\\x%02x", (int) found.group().charAt(0)));
  }
}
