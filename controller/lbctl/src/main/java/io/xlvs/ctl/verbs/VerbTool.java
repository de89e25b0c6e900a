// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.xlvs.ctl.ApiError;
import io.xlvs.ctl.Console;
import io.xlvs.ctl.DirectorClient;
import io.xlvs.ctl.Failure;
import io.xlvs.ctl.Unreachable;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** Runs one command line of the modern grammar. */
public final class VerbTool {
  static final int REFUSED = 1;
  private static final int UNREACHABLE = 3;

  private final Console console;
  private final DirectorClient client;

  public VerbTool(Console console, DirectorClient client) {
    this.console = console;
    this.client = client;
  }

  /** Exit status of the command line: the words after the program's name. */
  public int run(List<String> arguments) {
    PrintWriter out = new PrintWriter(console.out(), true);
    PrintWriter err = new PrintWriter(console.err(), true);
    CommandLine commands = commands(new Session(console, client));
    commands.setOut(out);
    commands.setErr(err);
    commands.setColorScheme(CommandLine.Help.defaultColorScheme(console.colours() ? Ansi.ON : Ansi.OFF));
    commands.setCaseInsensitiveEnumValuesAllowed(true);
    commands.registerConverter(Integer.class, text -> (int) number(text, Integer.MAX_VALUE));
    commands.registerConverter(int.class, text -> (int) number(text, Integer.MAX_VALUE));
    commands.registerConverter(long.class, text -> number(text, Long.MAX_VALUE));
    commands.registerConverter(Long.class, text -> number(text, Long.MAX_VALUE));
    commands.setUsageHelpWidth(100);
    commands.setParameterExceptionHandler(this::wrongUsage);
    commands.setExecutionExceptionHandler((failure, command, parsed) -> failed(failure));
    int status = commands.execute(arguments.toArray(String[]::new));
    out.flush();
    return status;
  }

  private static long number(String text, long most) {
    try {
      long number = Long.parseLong(text);
      if (number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new CommandLine.TypeConversionException("`" + text + "' is not a whole number of at most " + most);
  }

  private static CommandLine commands(Session session) {
    CommandLine root = new CommandLine(new Root());
    root.addSubcommand(new CommandLine(new ServiceCommands())
        .addSubcommand(new ServiceCommands.ListServices(session))
        .addSubcommand(new ServiceCommands.Get(session))
        .addSubcommand(new ServiceChanges.Add(session))
        .addSubcommand(new ServiceChanges.Set(session))
        .addSubcommand(new ServiceChanges.Delete(session)));
    root.addSubcommand(new CommandLine(new ServerCommands())
        .addSubcommand(new ServerCommands.ListServers(session))
        .addSubcommand(new ServerChanges.Add(session))
        .addSubcommand(new ServerChanges.Set(session))
        .addSubcommand(new ServerChanges.Delete(session)));
    root.addSubcommand(new CommandLine(new LocalAddressCommands())
        .addSubcommand(new LocalAddressCommands.ListAddresses(session))
        .addSubcommand(new LocalAddressCommands.Add(session))
        .addSubcommand(new LocalAddressCommands.Delete(session)));
    root.addSubcommand(new CommandLine(new MarkCommands())
        .addSubcommand(new MarkCommands.ListRules(session))
        .addSubcommand(new MarkChanges.Add(session))
        .addSubcommand(new MarkChanges.Set(session))
        .addSubcommand(new MarkChanges.Delete(session)));
    root.addSubcommand(new CommandLine(new ConnectionCommands())
        .addSubcommand(new ConnectionCommands.ListConnections(session))
        .addSubcommand(new ConnectionCommands.Delete(session)));
    root.addSubcommand(new HistoryCommands.History(session));
    root.addSubcommand(new HistoryCommands.Diff(session));
    root.addSubcommand(new HistoryCommands.Rollback(session));
    root.addSubcommand(new SysctlCommand(session));
    root.addSubcommand(new ProcCommand(session));
    root.addSubcommand(new StatusCommand(session));
    root.addSubcommand(new CommandLine.HelpCommand());
    return root;
  }

  private int wrongUsage(CommandLine.ParameterException failure, String[] arguments) {
    String command = failure.getCommandLine().getCommandSpec().qualifiedName();
    String similar = failure instanceof CommandLine.UnmatchedArgumentException unmatched && !unmatched.getSuggestions().isEmpty()
        ? "; did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?" : "";
    return console.report(new Failure(Failure.USAGE, command,
        failure.getMessage().replaceAll("\\.$", "") + similar + "; try `" + command + " --help'"));
  }

  private int failed(Exception failure) throws Exception {
    if (failure instanceof Failure told) {
      return console.report(told);
    }
    if (failure instanceof Unreachable unreachable) {
      return unreachable(unreachable);
    }
    if (failure instanceof StatusRuntimeException call) {
      Unreachable unreachable = ApiError.unreachable(call, client.socket());
      if (unreachable != null) {
        return unreachable(unreachable);
      }
      return console.report(new Failure(REFUSED, text(ApiError.of(call)), ""));
    }
    throw failure;
  }

  /** Every bad field; xlvsd's sentence where no field is to blame. */
  private static String text(ApiError error) {
    String detail = error.detail();
    return detail.isEmpty() ? "xlvsd failed: " + error.code() : error.code() == Code.INTERNAL ? "xlvsd failed: " + detail : detail;
  }

  private int unreachable(Unreachable unreachable) {
    return console.report(new Failure(UNREACHABLE, unreachable.getMessage(), ""));
  }

  @CommandLine.Command(
      name = "lbctl",
      description = "Controls xlvsd, the director of an xlvs load balancer.",
      synopsisSubcommandLabel = "COMMAND",
      footer = {
        "",
        "ipvsadm's grammar works as well: see `lbctl -h'.",
        "Exit status: 0 done, 1 not found or refused, 2 wrong usage, 3 xlvsd cannot be reached.",
        "",
        "Examples:",
        "  lbctl service add tcp:10.0.0.100:80 --scheduler rr",
        "  lbctl server add tcp:10.0.0.100:80 10.1.0.11:8080 --method nat",
        "  lbctl service list --counters",
        "  lbctl status -o json"
      })
  static final class Root implements Runnable {
    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
      throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
    }
  }
}
