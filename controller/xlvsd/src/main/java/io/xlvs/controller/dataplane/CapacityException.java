// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

/** A table is too small for what is wanted. */
public class CapacityException extends DataPlaneException {
  private static final long serialVersionUID = 1L;

  private final String table;
  private final long need;
  private final long capacity;

  /**
   * Names the table, what was needed and what there is.
   *
   * @param option the option of xlvsd that enlarges it, such as "--services"
   */
  public CapacityException(String table, long need, long capacity, String option) {
    super("table \"" + table + "\" is too small: " + need + " entries needed, " + capacity + " there: restart xlvsd with "
        + option + " " + need + " or more");
    this.table = table;
    this.need = need;
    this.capacity = capacity;
  }

  public String table() {
    return table;
  }

  /** Entries needed. */
  public long need() {
    return need;
  }

  /** Entries there are. */
  public long capacity() {
    return capacity;
  }
}
