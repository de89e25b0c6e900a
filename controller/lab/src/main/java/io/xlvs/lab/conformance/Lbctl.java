// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import io.xlvs.ctl.Console;
import io.xlvs.ctl.Main;
import io.xlvs.ctl.ipvs.Names;
import io.xlvs.lab.Command;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** lbctl within this process: starting Java for each of a thousand commands would take minutes. */
final class Lbctl {
  private final Map<String, String> environment;
  private final Names names = Names.ofHost();

  Lbctl(Path socket) {
    environment = Map.of("XLVS_SOCKET", socket.toString());
  }

  /** To its end, whatever its exit status. */
  Command.Result run(List<String> words, String input) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), printer(out), printer(err), environment, false, false, names);
    int status = Main.run(words.toArray(String[]::new), console);
    console.out().flush();
    return new Command.Result(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream printer(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  /** A program's answer as a scenario has it: see {@link Balancer#ipvsadm}. */
  static List<String> lines(Command.Result result) {
    List<String> lines = new ArrayList<>(result.out().lines().toList());
    result.err().lines().filter(line -> !line.isBlank()).forEach(line -> lines.add(Balancer.ERROR + line));
    if (result.status() != 0) {
      lines.add("exit status " + result.status());
    }
    return lines;
  }
}
