// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** That C finds the same bit is shown by every packet test: none would reach a service. */
class AddressFilterTest {
  private static final int BUCKETS = 16;
  private static final WireAddress ADDRESS = WireAddress.of(new byte[] {10, 0, 0, 1});

  private final TableMemory control = TableMemory.allocate(Control.LAYOUT.size());
  private final TableMemory table = TableMemory.allocate(2 * BUCKETS * Bucket.LAYOUT.size());

  @Test
  void admitsRealServersAsSourcesAndAllElseAsDestinations() {
    publish(EndpointKind.SERVER);
    assertThat(sources()).isOne();
    assertThat(destinations()).isZero();
    publish(EndpointKind.SERVICE);
    publish(EndpointKind.LOCAL);
    publish(EndpointKind.VIP);
    assertThat(sources()).isOne();
    assertThat(destinations()).isOne();
    int bit = AddressFilter.bit(ADDRESS);
    assertThat(control.getLong(Control.SOURCES + 8L * (bit / 64))).isEqualTo(1L << bit % 64);
  }

  @Test
  void bitsOfRingFirstLieBesideThoseOfTheirAddresses() {
    publish(EndpointKind.SERVICE);
    AddressFilter.admitRingFirst(control, ADDRESS);
    int bit = AddressFilter.bit(ADDRESS);
    assertThat(control.getLong(Control.DESTINATIONS + 8L * (bit / 32))).isEqualTo(3L << bit % 32 * 2);
    assertThat(destinations()).isEqualTo(2);
  }

  @Test
  void admitsWhatATakenOverTableHolds() {
    publish(EndpointKind.SERVICE);
    control.putLongRelease(Control.DESTINATIONS + 8L * (2 * AddressFilter.bit(ADDRESS) / 64), 0);
    open();
    assertThat(destinations()).isOne();
  }

  private void publish(EndpointKind kind) {
    open().apply(List.of(), List.of(new Endpoint(ADDRESS, 80, 6, kind, Family.IPV4, 0)));
  }

  private ServiceTable open() {
    return new ServiceTable(table, control, BUCKETS, 7, () -> {});
  }

  private int sources() {
    return bits(Control.SOURCES, Abi.FILTER_WORDS);
  }

  private int destinations() {
    return bits(Control.DESTINATIONS, 2 * Abi.FILTER_WORDS);
  }

  private int bits(int filter, int words) {
    int bits = 0;
    for (int word = 0; word < words; word++) {
      bits += Long.bitCount(control.getLong(filter + 8L * word));
    }
    return bits;
  }
}
