// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Abi;
import io.xlvs.bpf.Control;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.loader.GracePeriod;
import io.xlvs.loader.map.MappedArray;

/** Ways to clients, which the data plane learns by itself and which a change of routes makes doubtful. */
final class ClientHops {
  private final XlvsObjects objects;

  ClientHops(XlvsObjects objects) {
    this.objects = objects;
  }

  int used() {
    return objects.control().getInt(Control.NEXT_CLIENT_HOP);
  }

  /**
   * Has every way to a client looked up anew and every cached decision checked. While the known ones are being forgotten nothing
   * new is learnt: an entry's index must not be given away while a decision that names it can still be made.
   */
  void forget() {
    MappedArray control = objects.control();
    control.putIntRelease(Control.NEXT_CLIENT_HOP, Abi.CLIENT_HOPS);
    objects.clientHops().drain((neighbour, index) -> {});
    new Epochs(objects.epochs()).bump();
    GracePeriod.await();
    objects.clientHops().drain((neighbour, index) -> {});
    control.putIntRelease(Control.NEXT_CLIENT_HOP, 0);
  }
}
