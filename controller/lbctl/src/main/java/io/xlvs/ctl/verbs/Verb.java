// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import io.xlvs.ctl.Console;
import io.xlvs.ctl.DirectorClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** A command and the options that all commands share. */
abstract class Verb implements Callable<Integer> {
  private final Session session;

  @Option(names = {"-o", "--output"}, paramLabel = "FORMAT", defaultValue = "table",
      description = "table, json or yaml (default: table).")
  private Output.Format format;

  // Read by Main before the command line is parsed; declared here for --help and so that it is accepted.
  @Option(names = "--socket", paramLabel = "PATH",
      description = "xlvsd's socket (default: $XLVS_SOCKET or /run/xlvs/xlvsd.sock).")
  private String socket;

  @Option(names = {"-h", "--help"}, usageHelp = true, description = "This text.")
  private boolean help;

  Verb(Session session) {
    this.session = session;
  }

  DirectorClient client() {
    return session.client();
  }

  Console console() {
    return session.console();
  }

  Output output() {
    return new Output(session.console(), format);
  }

  /** Does the work; failures are thrown. */
  abstract void run();

  @Override
  public Integer call() {
    run();
    return 0;
  }
}
