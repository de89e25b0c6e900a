// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/**
 * Layout of the variable {@code control}: {@code struct xlvs_control}, what the controller changes while packets flow. Its words are stored one
 * by one through the mapped array, so there is no value class.
 */
public final class Control {
  /** Offsets and sizes of the members. */
  public static final StructLayout LAYOUT =
      StructLayout.of("xlvs_control")
          .u32("table_copy")
          .u32("any_port")
          .bytes("timeouts", 4 * Abi.STATES)
          .u32("next_client_hop")
          .u32("sysctls")
          .u32("lblc_expiration")
          .u32("lblcr_expiration")
          .bytes("ftp_ports", 2 * Abi.FTP_PORTS)
          .bytes("destinations", 2 * 8 * Abi.FILTER_WORDS)
          .bytes("sources", 8 * Abi.FILTER_WORDS)
          .build();

  /** Which half of service_table readers use: 0 or 1. */
  public static final int TABLE_COPY = LAYOUT.offset("table_copy");

  /** How many services take packets of other ports than one: those of port 0, of marks and of FTP. */
  public static final int ANY_PORT = LAYOUT.offset("any_port");

  /** Where {@link Abi#FTP_PORTS} ports of FTP's control connections lie, in network order; 0 ends the list. */
  public static final int FTP_PORTS = LAYOUT.offset("ftp_ports");

  /** Next free index below {@link Abi#CLIENT_HOPS}. */
  public static final int NEXT_CLIENT_HOP = LAYOUT.offset("next_client_hop");

  /** {@link SysctlFlag}s. */
  public static final int SYSCTLS = LAYOUT.offset("sysctls");

  /** After how many jiffies unused lblc forgets a destination. */
  public static final int LBLC_EXPIRATION = LAYOUT.offset("lblc_expiration");

  /** The same of lblcr; after as many without growth a set loses a server. */
  public static final int LBLCR_EXPIRATION = LAYOUT.offset("lblcr_expiration");

  /** Filter of addresses that packets to us carry, two bits each; see {@link AddressFilter}. */
  static final int DESTINATIONS = LAYOUT.offset("destinations");

  /** Filter of addresses that replies carry. */
  static final int SOURCES = LAYOUT.offset("sources");

  private static final int TIMEOUTS = LAYOUT.offset("timeouts");

  private Control() {}

  /** Where the timeout of a state lies, in jiffies. */
  public static int timeout(State state) {
    return TIMEOUTS + 4 * state.value();
  }
}
