// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import io.xlvs.v1.Protocol;
import io.xlvs.v1.VirtualService;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** {@code -G} as in DPVS's ipvsadm: the local addresses of each service that has some. */
final class LocalAddressListing {
  private LocalAddressListing() {}

  static void print(PrintStream out, List<VirtualService> services) {
    row(out, "VIP:VPORT", "TOTAL", "SNAT_IP");
    for (VirtualService service : IpvsOrder.services(services)) {
      if (service.getLocalAddressesCount() == 0) {
        continue;
      }
      row(out, name(service), Integer.toString(service.getLocalAddressesCount()), "");
      service.getLocalAddressesList().forEach(address -> row(out, "", "", address));
    }
  }

  private static String name(VirtualService service) {
    return service.getFirewallMark() != 0
        ? "FWM " + Integer.toUnsignedString(service.getFirewallMark())
        : new EndpointNames(null, true).of(service.getAddress(), service.getPort(), Protocol.PROTOCOL_UNSPECIFIED);
  }

  private static void row(PrintStream out, String service, String total, String address) {
    out.print(String.format(Locale.ROOT, "%-20s %-8s %s\n", service, total, address));
  }
}
