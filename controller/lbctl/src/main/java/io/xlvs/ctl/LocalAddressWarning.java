// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import io.xlvs.v1.LocalAddress;
import java.util.Optional;

/** Of a local address that may be meant and is more often a mistake. */
public final class LocalAddressWarning {
  private LocalAddressWarning() {}

  /** A line for standard error if the address is not the director's. */
  public static Optional<String> of(LocalAddress local) {
    return local.getAssigned() ? Optional.empty() : Optional.of("lbctl: warning: local address " + local.getAddress()
        + " is not an address of the director: unless the network routes it here, replies of real servers are lost;"
        + " `ip address add " + local.getAddress() + "/" + (local.getAddress().indexOf(':') < 0 ? 32 : 128)
        + " dev DEVICE' on the director assigns it");
  }
}
