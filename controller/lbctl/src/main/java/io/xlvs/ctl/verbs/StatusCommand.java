// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import io.xlvs.v1.DirectorStatus;
import io.xlvs.v1.GetStatusRequest;
import io.xlvs.v1.InterfaceStatus;
import io.xlvs.v1.ReasonCount;
import io.xlvs.v1.Sysctl;
import io.xlvs.v1.TableStatus;
import java.time.Instant;
import java.util.Locale;
import picocli.CommandLine.Command;

/** {@code lbctl status}. */
@Command(name = "status", description = "Show the director: interfaces, tables, and packets not forwarded, by reason.",
    footer = {"", "Examples:", "  lbctl status", "  lbctl status -o json"})
final class StatusCommand extends Verb {
  /** From this share on, a table deserves attention. */
  private static final double NEARLY_FULL = 0.9;

  StatusCommand(Session session) {
    super(session);
  }

  @Override
  void run() {
    DirectorStatus status = client().director().getStatus(GetStatusRequest.getDefaultInstance());
    output().print(status, () -> text(status));
  }

  private String text(DirectorStatus status) {
    boolean colours = console().colours();
    StringBuilder text = new StringBuilder();
    text.append("xlvsd ").append(status.getVersion());
    if (status.hasStartTime()) {
      long seconds = Instant.now().getEpochSecond() - status.getStartTime().getSeconds();
      text.append(", up ").append(Units.duration(Math.max(0, seconds)));
    }
    text.append("; Linux ").append(status.getKernelRelease()).append(", ").append(status.getCpus()).append(" CPUs\n")
        .append(status.getServices()).append(" services, ").append(status.getServers()).append(" real servers, revision ")
        .append(status.getRevision()).append("\n\n");

    Table interfaces = new Table(colours, "INTERFACE", "MODE", "NOTE");
    for (InterfaceStatus device : status.getInterfacesList()) {
      interfaces.markedRow(device.getAttachMode().equals("generic"), device.getName(), device.getAttachMode(),
          device.getNote().isEmpty() ? "-" : device.getNote());
    }
    for (String note : status.getNotesList()) {
      text.append("NOTE ").append(note).append(".\n");
    }
    text.append(status.getNotesCount() > 0 ? "\n" : "");
    Table tables = new Table(colours, "TABLE", ">USED", ">CAPACITY", ">FULL", ">MEMORY");
    for (TableStatus table : status.getTablesList()) {
      if (table.getCapacity() == 0) {
        // Memory that holds no entries.
        tables.row(table.getName(), "-", "-", "-", Units.bytes(table.getMemoryBytes()));
        continue;
      }
      double share = (double) table.getUsed() / table.getCapacity();
      tables.markedRow(share >= NEARLY_FULL, table.getName(), table.getUsed(), table.getCapacity(),
          String.format(Locale.ROOT, "%.1f%%", share * 100), Units.bytes(table.getMemoryBytes()));
    }
    text.append(interfaces).append('\n').append(tables);
    if (status.getSysctlsCount() > 0) {
      Table sysctls = new Table(colours, "NET.IPV4.VS", "VALUE", "DEFAULT", "MEANING");
      for (Sysctl sysctl : status.getSysctlsList()) {
        sysctls.row(sysctl.getName(), sysctl.getValue(), sysctl.getDefaultValue(), sysctl.getDescription());
      }
      text.append('\n').append(sysctls);
    }
    if (status.getReasonsCount() > 0) {
      Table reasons = new Table(colours, "NOT FORWARDED", ">PACKETS", "MEANING");
      for (ReasonCount reason : status.getReasonsList()) {
        reasons.row(reason.getReason(), reason.getPackets(), reason.getDescription());
      }
      text.append('\n').append(reasons);
    }
    return text.toString();
  }
}
