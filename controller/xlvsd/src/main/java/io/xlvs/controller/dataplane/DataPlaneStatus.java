// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import java.util.List;

/**
 * What the data plane is attached to, how full its tables are, and what it did not forward and why.
 *
 * @param notes what in the host's network stands against the services, a line each with the remedy
 * @param counters of all services together, as of the estimator's last step
 * @param jiffiesPerSecond the kernel's HZ
 */
public record DataPlaneStatus(
    List<Interface> interfaces, List<String> notes, List<Table> tables, List<Reason> reasons, Counters counters, int jiffiesPerSecond) {
  public DataPlaneStatus {
    interfaces = List.copyOf(interfaces);
    notes = List.copyOf(notes);
    tables = List.copyOf(tables);
    reasons = List.copyOf(reasons);
  }

  /**
   * An interface that packets are taken from.
   *
   * @param index 0 while it is not attached
   * @param attachMode "native", "tc" or "generic"; "none" while it is not attached
   * @param note why not native, where auto chose another; what to mind about it; why it is not attached; else empty
   */
  public record Interface(String name, int index, String attachMode, String note) {}

  /** A table with a capacity, in entries. */
  public record Table(String name, long used, long capacity, long memoryBytes) {}

  /**
   * Packets not forwarded for one reason.
   *
   * @param name as in xlvs_abi.h, lower case
   * @param description what it means and what to do about it
   */
  public record Reason(String name, String description, long packets) {}
}
