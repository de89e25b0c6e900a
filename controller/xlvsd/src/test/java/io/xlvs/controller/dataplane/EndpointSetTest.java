// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Bucket;
import io.xlvs.bpf.Control;
import io.xlvs.bpf.Endpoint;
import io.xlvs.bpf.EndpointKind;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.ServiceTable;
import io.xlvs.bpf.TableMemory;
import io.xlvs.bpf.WireAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EndpointSetTest {
  private static final int BUCKETS = 64;

  private final TableMemory memory = TableMemory.allocate(2 * BUCKETS * Bucket.LAYOUT.size());
  private final TableMemory control = TableMemory.allocate(Control.LAYOUT.size());
  private final ServiceTable table = table();
  private final EndpointSet endpoints = new EndpointSet();

  private ServiceTable table() {
    return new ServiceTable(memory, control, BUCKETS, 7, () -> {});
  }

  private static Endpoint server(int port) {
    return new Endpoint(WireAddress.ofIpv4(0x0a000001), port, 6, EndpointKind.SERVER, Family.IPV4, 0);
  }

  private Set<Endpoint> written() {
    Set<Endpoint> written = new HashSet<>();
    table.forEach(written::add);
    return written;
  }

  @Test
  void anEndpointStaysUntilItsLastReasonIsGone() {
    endpoints.add(server(1));
    endpoints.add(server(1));
    endpoints.flush(table);
    endpoints.remove(server(1));
    endpoints.flush(table);
    assertThat(written()).containsExactly(server(1));

    endpoints.remove(server(1));
    endpoints.flush(table);
    assertThat(written()).isEmpty();
  }

  @Test
  void whatComesAndGoesBetweenTwoWritesIsNotWritten() {
    endpoints.add(server(1));
    endpoints.flush(table);
    endpoints.remove(server(1));
    endpoints.add(server(1));
    endpoints.add(server(2));
    endpoints.remove(server(2));
    int copy = control.getInt(Control.TABLE_COPY);
    endpoints.flush(table);
    assertThat(control.getInt(Control.TABLE_COPY)).as("the copy in use").isEqualTo(copy);
    endpoints.add(server(2));
    endpoints.flush(table);
    assertThat(written()).containsExactlyInAnyOrder(server(1), server(2));
  }

  @Test
  void aTableThatWasThereIsMadeEqualByTheNextWrite() {
    table.apply(List.of(), List.of(server(1), server(2)));
    endpoints.add(server(2));
    endpoints.add(server(3));
    endpoints.compareWith(table);
    endpoints.flush(table);
    assertThat(written()).containsExactlyInAnyOrder(server(2), server(3));
    assertThat(table().size()).as("counted by whoever takes the table over").isEqualTo(2);
  }
}
