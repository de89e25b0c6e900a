// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import io.xlvs.v1.Connection;
import io.xlvs.v1.Protocol;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code ipvsadm -Lc}: the connections, one a line, byte for byte. */
final class ConnectionListing {
  private static final String TITLE = "pro expire state       source             virtual            destination";

  private static final int[] WIDTHS = {3, 6, 11, 18, 18};
  private static final int[] ENGINE_WIDTHS = {3, 6, 11, 18, 18, 16, 18};

  private final PrintStream out;
  private final EndpointNames names;
  private final boolean persistenceData;

  /** @param persistenceData whether the columns of persistence engines are wanted */
  ConnectionListing(PrintStream out, Names names, boolean numeric, boolean persistenceData) {
    this.out = out;
    this.names = new EndpointNames(names, numeric);
    this.persistenceData = persistenceData;
  }

  void title() {
    out.print("IPVS connection entries\n" + TITLE + (persistenceData ? "        pe name          pe_data" : "") + "\n");
  }

  void connection(Connection connection) {
    Protocol protocol = connection.getProtocol();
    long seconds = connection.getExpiresIn().getSeconds();
    List<String> cells = new ArrayList<>(List.of(
        protocol == Protocol.PROTOCOL_UNSPECIFIED
            ? "IP" : RuleParser.protocolName(protocol).toUpperCase(Locale.ROOT),
        twoDigits(seconds / 60) + ":" + twoDigits(seconds % 60),
        StateNames.of(connection.getState()),
        names.of(connection.getClientAddress(), connection.getClientPort(), protocol),
        names.of(connection.getVirtualAddress(), connection.getVirtualPort(), protocol),
        names.of(connection.getServerAddress(), connection.getServerPort(), protocol)));
    boolean engine = persistenceData && !connection.getPersistenceEngine().isEmpty();
    if (engine) {
      cells.add(connection.getPersistenceEngine());
      cells.add(connection.getPersistenceData());
    }
    out.print(Columns.line(engine ? ENGINE_WIDTHS : WIDTHS, cells.toArray(String[]::new)));
  }

  private static String twoDigits(long value) {
    return value < 10 ? "0" + value : Long.toString(value);
  }
}
