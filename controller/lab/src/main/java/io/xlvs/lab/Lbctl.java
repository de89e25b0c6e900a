// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import io.xlvs.ctl.Console;
import io.xlvs.ctl.Main;
import io.xlvs.ctl.ipvs.Names;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** lbctl within this process: the installed program runs the same code, but starting Java for each of thousands of commands takes minutes. */
final class Lbctl {
  private final Map<String, String> environment;

  Lbctl(Path socket) {
    environment = Map.of("XLVS_SOCKET", socket.toString());
  }

  /** To its end, whatever its exit status. */
  Command.Result run(List<String> words, String input) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), printer(out), printer(err), environment, false, false, Names.ofHost());
    int status = Main.run(words.toArray(String[]::new), console);
    console.out().flush();
    return new Command.Result(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream printer(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
