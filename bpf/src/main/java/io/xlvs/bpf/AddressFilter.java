// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

/**
 * The filters of the variable {@code control}, which let a packet that is not ours leave without a look-up: a bit or two for each address of the
 * service table, found by {@code address_bit()} of {@code xlvs/hash.h}. Bits are only ever added, since several addresses may share one;
 * what is left of removed ones costs time alone.
 */
public final class AddressFilter {
  private static final int SHIFT = 48;

  private AddressFilter() {}

  /** Lets packets through that an endpoint may concern; to be called before the endpoint is published. */
  public static void admit(TableMemory control, Endpoint endpoint) {
    if (endpoint.kind() == EndpointKind.MARK) {
      return; // no address
    }
    if (endpoint.kind() == EndpointKind.SERVER) {
      set(control, Control.SOURCES, bit(endpoint.address()));
    } else {
      set(control, Control.DESTINATIONS, 2 * bit(endpoint.address()));
    }
  }

  /** Has packets to this VIP look for a service that is {@link ServiceFlag#RING_FIRST} first. */
  public static void admitRingFirst(TableMemory control, WireAddress vip) {
    set(control, Control.DESTINATIONS, 2 * bit(vip) + 1);
  }

  private static void set(TableMemory control, int filter, int bit) {
    long at = filter + (long) bit / Long.SIZE * Long.BYTES;
    control.putLongRelease(at, control.getLong(at) | 1L << bit);
  }

  /** An address's bit, 0 to 65535. */
  static int bit(WireAddress address) {
    return (int) (EndpointHash.mix(address.low(), address.high()) >>> SHIFT);
  }
}
