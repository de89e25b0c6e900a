// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A recorded ipvsadm session: commands with what they printed.
 *
 * @param arguments the command line after the program's name
 * @param out standard output
 * @param err standard error's lines
 * @param status exit status
 * @param accepted for a command of errors.txt, the rule that {@code -Sn} gained by it; else null
 */
record Recording(String arguments, String out, List<String> err, int status, String accepted) {
  private static final String PROMPT = "# ipvsadm";
  private static final String STDERR = "stderr: ";
  private static final String STATUS = "exit status ";
  private static final String ACCEPTED = "accepted; new in -Sn: ";

  static List<Recording> read(String name) {
    List<Recording> session = new ArrayList<>();
    List<String> block = new ArrayList<>();
    for (String line : lines(name)) {
      if (line.startsWith(PROMPT) && !block.isEmpty()) {
        session.add(of(block));
        block.clear();
      }
      if (!line.startsWith(";")) {
        block.add(line);
      }
    }
    session.add(of(block));
    return session;
  }

  private static List<String> lines(String name) {
    return text(name).lines().toList();
  }

  /** The whole file. */
  static String text(String name) {
    try (var stream = Recording.class.getResourceAsStream("/ipvsadm/" + name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Recording of(List<String> block) {
    StringBuilder out = new StringBuilder();
    List<String> err = new ArrayList<>();
    int status = 0;
    String accepted = null;
    for (String line : block.subList(1, block.size())) {
      if (line.startsWith(STDERR)) {
        err.add(line.substring(STDERR.length()));
      } else if (line.startsWith(STATUS)) {
        status = Integer.parseInt(line.substring(STATUS.length()));
      } else if (line.startsWith(ACCEPTED)) {
        accepted = line.substring(ACCEPTED.length());
      } else {
        out.append(line).append('\n');
      }
    }
    return new Recording(block.get(0).substring(PROMPT.length()).trim(), out.toString(), err, status, accepted);
  }

  /** Lines of standard output. */
  List<String> rows() {
    return out.lines().toList();
  }
}
