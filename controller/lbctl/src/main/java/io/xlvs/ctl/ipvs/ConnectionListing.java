// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import io.xlvs.v1.Connection;
import io.xlvs.v1.Protocol;
import java.io.PrintStream;
import java.util.Locale;

/** {@code ipvsadm -Lc}: the connections, one a line, byte for byte. */
final class ConnectionListing {
  private static final String TITLE = "pro expire state       source             virtual            destination";


  private static final int[] WIDTHS = {3, 6, 11, 18, 18};

  private final PrintStream out;
  private final EndpointNames names;

  ConnectionListing(PrintStream out, Names names, boolean numeric) {
    this.out = out;
    this.names = new EndpointNames(names, numeric);
  }

  /** @param persistenceData whether the columns of persistence engines are wanted */
  void title(boolean persistenceData) {
    out.print("IPVS connection entries\n" + TITLE + (persistenceData ? "        pe name          pe_data" : "") + "\n");
  }

  void connection(Connection connection) {
    Protocol protocol = connection.getProtocol();
    long seconds = connection.getExpiresIn().getSeconds();
    out.print(Columns.line(WIDTHS,
        protocol == Protocol.PROTOCOL_UNSPECIFIED
            ? "IP" : RuleParser.protocolName(protocol).toUpperCase(Locale.ROOT),
        twoDigits(seconds / 60) + ":" + twoDigits(seconds % 60),
        StateNames.of(connection.getState()),
        names.of(connection.getClientAddress(), connection.getClientPort(), protocol),
        names.of(connection.getVirtualAddress(), connection.getVirtualPort(), protocol),
        names.of(connection.getServerAddress(), connection.getServerPort(), protocol)));
  }

  private static String twoDigits(long value) {
    return value < 10 ? "0" + value : Long.toString(value);
  }
}
