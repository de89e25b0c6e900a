// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import io.xlvs.loader.BpfException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;

/**
 * {@code xlvs-realserver}: exit status 0 done (or all right), 1 refused by the host (or not all right), 2 wrong input. Words go to
 * standard error, results to standard output.
 */
@Command(
    name = "xlvs-realserver",
    mixinStandardHelpOptions = true,
    version = "xlvs-realserver 0.1.0",
    description = "Sets this host up as a real server behind xlvs or LVS, once; nothing keeps running.",
    subcommands = {UpCommand.class, DownCommand.class, CheckCommand.class},
    footer = {
      "",
      "Examples:",
      "  xlvs-realserver up --vip 10.0.0.100 --method dr --interface eth0",
      "  xlvs-realserver up --vip 10.0.0.100,2001:db8::100 --method tun --interface eth0 --director 10.1.0.1",
      "  xlvs-realserver up --method fullnat --director 10.1.0.0/24",
      "  xlvs-realserver check",
      "  xlvs-realserver down",
    })
public final class Main implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  Main() {}

  /** Runs one command and exits. */
  public static void main(String[] args) {
    System.exit(run(new LinuxHost(), new PrintWriter(System.out, true), new PrintWriter(System.err, true), args));
  }

  /** As {@link #main}, on a given host and with given streams; returns the exit status. */
  static int run(Host host, PrintWriter out, PrintWriter err, String... args) {
    CommandLine line = new CommandLine(new Main(), new Factory(host));
    line.setUsageHelpWidth(110);
    line.setOut(out);
    line.setErr(err);
    line.setParameterExceptionHandler((e, words) -> complain(e.getCommandLine(), oneLine(e.getMessage()) + hint(e), ExitCode.USAGE));
    line.setExecutionExceptionHandler((e, command, parsed) -> execution(e, command));
    return line.execute(args);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing: write up, down or check");
  }

  private static int execution(Exception e, CommandLine command) throws Exception {
    if (e instanceof UsageException) {
      return complain(command, e.getMessage(), ExitCode.USAGE);
    }
    if (e instanceof SetupException || e instanceof BpfException) {
      for (Throwable suppressed : e.getSuppressed()) {
        complain(command, "while undoing: " + oneLine(suppressed.getMessage()), ExitCode.SOFTWARE);
      }
      return complain(command, oneLine(e.getMessage()), ExitCode.SOFTWARE);
    }
    // A mistake of this program: the stack trace is what its authors need.
    throw e;
  }

  private static int complain(CommandLine command, String message, int exitStatus) {
    command.getErr().println("xlvs-realserver: " + message);
    return exitStatus;
  }

  private static String hint(ParameterException e) {
    return " (see '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help')";
  }

  private static String oneLine(String message) {
    return String.valueOf(message).replaceAll("\\s*\\R\\s*", " ").strip();
  }

  /** Hands the host to the commands. */
  private record Factory(Host host) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      if (type == UpCommand.class) {
        return type.cast(new UpCommand(host));
      }
      if (type == DownCommand.class) {
        return type.cast(new DownCommand(host));
      }
      if (type == CheckCommand.class) {
        return type.cast(new CheckCommand(host));
      }
      return CommandLine.defaultFactory().create(type);
    }
  }
}
