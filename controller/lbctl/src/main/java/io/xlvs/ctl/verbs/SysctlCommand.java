// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.xlvs.ctl.ApiError;
import io.xlvs.ctl.Failure;
import io.xlvs.ctl.ipvs.PlanListing;
import io.xlvs.v1.ApplyRequest;
import io.xlvs.v1.ListSysctlsRequest;
import io.xlvs.v1.ListSysctlsResponse;
import io.xlvs.v1.Operation;
import io.xlvs.v1.Plan;
import io.xlvs.v1.Sysctl;
import io.xlvs.v1.UpdateSysctlsRequest;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lbctl sysctl}: sysctl(8)'s words, output and exit status, for net.ipv4.vs. */
@Command(name = "sysctl",
    description = {
        "Read and set IPVS's variables, net.ipv4.vs, with sysctl(8)'s words.",
        "",
        "They are xlvsd's, not the kernel's: kept over restarts, and in force from the next packet on. Those that can be set do what they do"
            + " in IPVS; the others tell what xlvs does anyway, and a refusal says why and what to do instead."},
    footer = {"", "Examples:", "  lbctl sysctl -a", "  lbctl sysctl net.ipv4.vs.conn_reuse_mode",
        "  lbctl sysctl -w net.ipv4.vs.expire_nodest_conn=1", "  lbctl sysctl -n net.ipv4.vs.sloppy_tcp", "  lbctl sysctl -a -o json"})
final class SysctlCommand extends Verb {
  private static final String PREFIX = "net.ipv4.vs";

  /** sysctl(8)'s, whatever went wrong. */
  private static final int FAILED = 1;

  @Option(names = {"-a", "--all", "-A", "-X"}, description = "All variables.")
  private boolean all;

  @Option(names = {"-w", "--write"}, description = "Every argument is NAME=VALUE. (NAME=VALUE sets without it, too.)")
  private boolean write;

  @Option(names = {"-n", "--values"}, description = "Print values only.")
  private boolean valuesOnly;

  @Option(names = {"-N", "--names"}, description = "Print names only.")
  private boolean namesOnly;

  @Option(names = {"-b", "--binary"}, description = "Print values only, without line ends.")
  private boolean binary;

  @Option(names = {"-e", "--ignore"}, description = "Unknown variables are no error.")
  private boolean ignoreUnknown;

  @Option(names = "--dry-run", description = "Let xlvsd check the values and say what it would change, but change nothing.")
  private boolean dryRun;

  @Option(names = {"-q", "--quiet"}, description = "Do not print what was set.")
  private boolean quiet;

  @Parameters(paramLabel = "NAME[=VALUE]", description = "Such as net.ipv4.vs.sloppy_tcp=1, or net/ipv4/vs/sloppy_tcp=1.")
  private List<String> arguments = List.of();

  private int status;

  SysctlCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    run();
    return status;
  }

  /** Goes on after a failure, as sysctl(8). */
  @Override
  void run() {
    if (all) {
      show(list());
    } else if (arguments.isEmpty()) {
      throw failure("no variables specified", "give a name, or -a for all");
    }
    for (String argument : arguments) {
      try {
        take(argument);
      } catch (Failure failure) {
        status = console().report(failure);
      }
    }
  }

  private static Failure failure(String text, String detail) {
    return new Failure(FAILED, "sysctl: " + text, detail);
  }

  private List<Sysctl> list() {
    return client().director().listSysctls(ListSysctlsRequest.getDefaultInstance()).getSysctlsList();
  }

  private void take(String argument) {
    int equals = argument.indexOf('=');
    if (equals >= 0) {
      set(path(argument.substring(0, equals)), argument.substring(equals + 1).trim());
    } else if (write) {
      throw failure("\"" + argument + "\" must be of the form name=value", "");
    } else {
      get(path(argument));
    }
  }

  /** The name with dots: the first separator says which one is meant. */
  private static String path(String name) {
    String trimmed = name.trim();
    int dot = trimmed.indexOf('.');
    int slash = trimmed.indexOf('/');
    return slash >= 0 && (dot < 0 || slash < dot) ? trimmed.replace('/', '.') : trimmed;
  }

  private void get(String path) {
    if (path.equals(PREFIX) || path.equals(PREFIX + ".")) {
      show(list());
      return;
    }
    Optional<Sysctl> found = list().stream().filter(sysctl -> path(sysctl).equals(path)).findFirst();
    if (found.isPresent()) {
      show(List.of(found.get()));
    } else {
      unknown(path);
    }
  }

  private void set(String path, String value) {
    String name = path.startsWith(PREFIX + ".") ? path.substring(PREFIX.length() + 1) : "";
    try {
      UpdateSysctlsRequest update = UpdateSysctlsRequest.newBuilder().addSysctls(Sysctl.newBuilder().setName(name).setValue(value)).build();
      if (dryRun) {
        plan(update);
        return;
      }
      ListSysctlsResponse now = client().director().updateSysctls(update);
      if (!quiet) {
        show(now.getSysctlsList().stream().filter(sysctl -> sysctl.getName().equals(name)).toList());
      }
    } catch (StatusRuntimeException refusal) {
      if (refusal.getStatus().getCode() != Code.INVALID_ARGUMENT) {
        throw refusal;
      }
      ApiError error = ApiError.of(refusal);
      if (error.fields().stream().anyMatch(field -> field.name().endsWith(".name"))) {
        unknown(path);
      } else {
        throw failure("setting key \"" + path + "\": Invalid argument",
            error.fields().stream().map(ApiError.Field::description).collect(Collectors.joining("; ")));
      }
    }
  }

  private void plan(UpdateSysctlsRequest update) {
    Plan plan = client().director().apply(ApplyRequest.newBuilder().setValidateOnly(true)
        .addOperations(Operation.newBuilder().setUpdateSysctls(update)).build()).getPlan();
    output().print(plan, () -> PlanListing.text(plan));
  }

  private void unknown(String path) {
    if (!ignoreUnknown) {
      throw failure("cannot stat /proc/sys/" + path.replace('.', '/') + ": No such file or directory",
          "lbctl sysctl -a lists those there are");
    }
  }

  private void show(List<Sysctl> sysctls) {
    output().print(ListSysctlsResponse.newBuilder().addAllSysctls(sysctls), () -> text(sysctls));
  }

  private String text(List<Sysctl> sysctls) {
    StringBuilder text = new StringBuilder();
    for (Sysctl sysctl : sysctls) {
      text.append(namesOnly ? path(sysctl) : valuesOnly || binary ? sysctl.getValue() : path(sysctl) + " = " + sysctl.getValue())
          .append(binary ? "" : "\n");
    }
    return text.toString();
  }

  private static String path(Sysctl sysctl) {
    return PREFIX + "." + sysctl.getName();
  }
}
