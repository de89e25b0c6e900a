// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import io.xlvs.v1.Difference;
import io.xlvs.v1.Element;
import io.xlvs.v1.Plan;
import io.xlvs.v1.SlotMovement;
import io.xlvs.v1.Timeouts;
import java.util.Locale;

/**
 * What {@code --dry-run} prints: the difference in lines of {@code -S} and {@code sysctl -w}, removed ones behind {@code -}, added ones
 * behind {@code +}, and for services that hash how many of the table's slots, and so of the clients, would get another server.
 */
public final class PlanListing {
  private PlanListing() {}

  /** The whole plan; one line if nothing would change. */
  public static String text(Plan plan) {
    StringBuilder text = new StringBuilder();
    for (Difference difference : plan.getDifferencesList()) {
      if (difference.hasBefore()) {
        text.append("- ").append(line(difference.getName(), difference.getBefore())).append('\n');
      }
      if (difference.hasAfter()) {
        text.append("+ ").append(line(difference.getName(), difference.getAfter())).append('\n');
      }
    }
    if (plan.getOmitted() != 0) {
      text.append("# and ").append(plan.getOmitted()).append(" more\n");
    }
    plan.getSlotMovementsList().forEach(movement -> text.append("# ").append(line(movement)).append('\n'));
    return text.isEmpty() ? "# nothing would change\n" : text.toString();
  }

  private static String line(String name, Element element) {
    return switch (element.getElementCase()) {
      case VIRTUAL_SERVICE -> "-A " + service(name) + SavedRules.serviceOptions(element.getVirtualService());
      case LOCAL_ADDRESS -> "-P " + service(name) + " -z " + element.getLocalAddress().getAddress();
      case REAL_SERVER -> "-a " + service(name) + " -r " + name.substring(name.lastIndexOf('/') + 1)
          + SavedRules.serverOptions(element.getRealServer());
      case MARK_RULE -> MarkLine.of(element.getMarkRule());
      case TIMEOUTS -> timeouts(element.getTimeouts());
      case SYSCTL -> "sysctl -w net.ipv4.vs." + element.getSysctl().getName() + "=" + element.getSysctl().getValue();
      case ELEMENT_NOT_SET -> name; // of a newer xlvsd
    };
  }

  private static String timeouts(Timeouts timeouts) {
    return "--set " + timeouts.getTcpSeconds() + " " + timeouts.getTcpFinSeconds() + " " + timeouts.getUdpSeconds();
  }

  /** {@code -t 10.0.0.100:80} of {@code services/tcp:10.0.0.100:80/...}. */
  private static String service(String name) {
    String[] identity = name.split("/")[1].split(":", 2);
    return switch (identity[0]) {
      case "tcp" -> "-t " + identity[1];
      case "udp" -> "-u " + identity[1];
      case "sctp" -> "--sctp-service " + identity[1];
      case "fwm6" -> "-f " + identity[1] + " -6";
      default -> "-f " + identity[1];
    };
  }

  private static String line(SlotMovement movement) {
    String text = service(movement.getService()) + ": " + share(movement.getMovedSlots(), movement) + " of its new connections get another server";
    text += movement.getMovedSlots() == movement.getLeastSlots() ? ", as few as can be"
        : ", " + share(movement.getLeastSlots(), movement) + " would be the least";
    return movement.getRefusedSlots() == 0 ? text : text + "; " + share(movement.getRefusedSlots(), movement) + " find no server";
  }

  /** Two digits that mean something, however small it is. */
  private static String share(int slots, SlotMovement of) {
    double percent = 100.0 * slots / of.getSlots();
    return String.format(Locale.ROOT, percent != 0 && percent < 1 ? "%.2f%%" : "%.1f%%", percent) + " (" + slots + " of " + of.getSlots() + " slots)";
  }
}
