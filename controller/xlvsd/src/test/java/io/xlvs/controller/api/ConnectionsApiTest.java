// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.TextFormat;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.xlvs.controller.dataplane.ConnectionEntry;
import io.xlvs.controller.dataplane.ConnectionState;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.Protocol;
import io.xlvs.v1.Connection;
import io.xlvs.v1.ConnectionFilter;
import io.xlvs.v1.CreateVirtualServiceRequest;
import io.xlvs.v1.DeleteConnectionsRequest;
import io.xlvs.v1.DeleteConnectionsResponse;
import io.xlvs.v1.ListConnectionsRequest;
import io.xlvs.v1.VirtualService;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which connections a filter means, to list and to delete them: thirty of them, every third a datagram's, and five templates. */
@Timeout(300)
class ConnectionsApiTest {
  private static final int CONNECTIONS = 30;
  private static final int TEMPLATES = 5;

  private ApiHarness api;

  @BeforeEach
  void start() throws Exception {
    api = new ApiHarness();
    api.services.createVirtualService(CreateVirtualServiceRequest.newBuilder().setVirtualService(VirtualService.newBuilder()
        .setProtocol(io.xlvs.v1.Protocol.PROTOCOL_TCP).setAddress("10.0.0.100").setPort(80).setScheduler("rr")).build());
    for (int i = 0; i < CONNECTIONS; i++) {
      api.dataPlane.connections.add(connection(i));
    }
    for (int i = 0; i < TEMPLATES; i++) {
      api.dataPlane.connections.add(template(i));
    }
  }

  @AfterEach
  void stop() {
    api.close();
  }

  /** Number i: idle for i seconds, open for 100 i seconds unless it is a handshake, which every second one is. */
  private static ConnectionEntry connection(int i) {
    boolean half = i % 2 == 0;
    return new ConnectionEntry(Optional.of(i % 3 == 0 ? Protocol.UDP : Protocol.TCP), half ? ConnectionState.SYN_RECV : ConnectionState.ESTABLISHED,
        61_500, IpAddress.ofIpv4(0xc0000200 + i), 40000 + i, IpAddress.parse("10.0.0.100"), 80, IpAddress.parse("10.1.0.1" + i % 3), 8080,
        ForwardingMethod.NAT, Optional.empty(), 0, false, 1000L * i, half ? -1 : 100_000L * i, Optional.empty());
  }

  private static ConnectionEntry template(int i) {
    return new ConnectionEntry(Optional.of(Protocol.TCP), ConnectionState.ASSURED, 61_500, IpAddress.ofIpv4(0xc6336400 + i), 0,
        IpAddress.parse("10.0.0.100"), 80, IpAddress.parse("10.1.0.11"), 8080, ForwardingMethod.NAT, Optional.empty(), 0, true, 0, -1,
        Optional.empty());
  }

  private static ConnectionFilter filter(String text) throws TextFormat.ParseException {
    ConnectionFilter.Builder filter = ConnectionFilter.newBuilder();
    TextFormat.merge(text, filter);
    return filter.build();
  }

  private List<Connection> list(ConnectionFilter filter, long limit) {
    List<Connection> all = new ArrayList<>();
    api.connections.listConnections(ListConnectionsRequest.newBuilder().setFilter(filter).setLimit(limit).build())
        .forEachRemaining(batch -> all.addAll(batch.getConnectionsList()));
    return all;
  }

  private DeleteConnectionsResponse delete(ConnectionFilter filter, boolean all, boolean validateOnly) {
    return api.connections.deleteConnections(
        DeleteConnectionsRequest.newBuilder().setFilter(filter).setAll(all).setValidateOnly(validateOnly).build());
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
    "''; 30; 5",
    "service: 'services/tcp:10.0.0.100:80'; 20; 5",
    "server: '10.1.0.11'; 10; 5",
    "server: '10.1.0.11:8080'; 10; 5",
    "server: '10.1.0.11:80'; 0; 0",
    "client: '192.0.2.7'; 1; 0",
    "client: '192.0.2.0/29'; 8; 0",
    "client: '0.0.0.0/0'; 30; 5",
    "client: '::/0'; 0; 0",
    "states: CONNECTION_STATE_SYN_RECV; 15; 0",
    "states: CONNECTION_STATE_SYN_RECV states: CONNECTION_STATE_ASSURED; 15; 5",
    "protocol: PROTOCOL_UDP; 10; 0",
    "kind: CONNECTION_KIND_CONNECTION; 30; 0",
    "kind: CONNECTION_KIND_TEMPLATE; 0; 5",
    "kind: CONNECTION_KIND_ANY; 30; 5",
    "min_idle: {seconds: 20}; 10; 0",
    "max_idle: {seconds: 2}; 3; 5",
    "min_idle: {seconds: 5} max_idle: {seconds: 5}; 1; 0",
    "min_idle: {seconds: 5 nanos: 1000000} max_idle: {seconds: 6}; 1; 0",
    "min_age: {seconds: 1000}; 10; 0",
    "max_age: {seconds: 300}; 2; 0",
    "min_age: {}; 15; 0",
    "protocol: PROTOCOL_TCP server: '10.1.0.12' states: CONNECTION_STATE_ESTABLISHED; 5; 0",
  })
  void aFilterMeansTheSameToAListingAndToADeletion(String text, int connections, int templates) throws Exception {
    ConnectionFilter filter = filter(text);
    assertThat(list(filter, 0)).filteredOn(one -> !one.getTemplate()).hasSize(connections);
    assertThat(list(filter, 0)).filteredOn(Connection::getTemplate).hasSize(templates);
    if (text.isEmpty() || text.startsWith("kind")) {
      return; // no condition
    }
    ConnectionFilter any = filter.toBuilder().setKindValue(3).build();
    assertThat(delete(any, false, true)).isEqualTo(counts(connections, templates));
    assertThat(api.dataPlane.connections).hasSize(CONNECTIONS + TEMPLATES);
    assertThat(delete(filter, false, false)).as("templates stay unless they are asked for").isEqualTo(counts(connections, 0));
    assertThat(delete(any, false, false)).isEqualTo(counts(0, templates));
    assertThat(api.dataPlane.connections).hasSize(CONNECTIONS + TEMPLATES - connections - templates);
  }

  private static DeleteConnectionsResponse counts(int connections, int templates) {
    return DeleteConnectionsResponse.newBuilder().setConnections(connections).setTemplates(templates).build();
  }

  @Test
  void aLimitEndsTheListing() {
    assertThat(list(ConnectionFilter.getDefaultInstance(), 7)).hasSize(7);
    assertThat(list(ConnectionFilter.getDefaultInstance(), CONNECTIONS + TEMPLATES)).hasSize(CONNECTIONS + TEMPLATES);
  }

  @Test
  void everyConnectionIsDeletedOnlyIfThatIsSaid() throws Exception {
    for (String none : List.of("", "kind: CONNECTION_KIND_ANY")) {
      assertThatThrownBy(() -> delete(filter(none), false, false)).satisfies(e -> refused(e, "filter has no condition", "set a condition, or all"));
    }
    assertThatThrownBy(() -> delete(filter("client: '192.0.2.7'"), true, false)).satisfies(e -> refused(e, "all is set", "leave one"));
    assertThat(api.dataPlane.connections).hasSize(CONNECTIONS + TEMPLATES);
    assertThat(delete(filter(""), true, false)).isEqualTo(counts(CONNECTIONS, 0));
    assertThat(delete(filter("kind: CONNECTION_KIND_ANY"), true, false)).isEqualTo(counts(0, TEMPLATES));
  }

  @Test
  void aServiceThatIsNotThereIsNotFound() throws Exception {
    for (boolean deleting : new boolean[] {false, true}) {
      ConnectionFilter filter = filter("service: 'services/tcp:10.0.0.100:81'");
      assertThatThrownBy(() -> {
        if (deleting) {
          delete(filter, false, false);
        } else {
          list(filter, 0);
        }
      }).isInstanceOfSatisfying(StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(Code.NOT_FOUND));
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
    "server: '10.1.0.256'; \"10.1.0.256\"",
    "server: '10.1.0.11:x'; \"x\"",
    "client: '192.0.2.0/33'; \"192.0.2.0/33\"",
    "client: '192.0.2.0/'; \"192.0.2.0/\"",
    "client: 'x/8'; \"x\"",
    "min_idle: {seconds: -1}; min_idle of -1 s",
    "max_age: {nanos: -1}; max_age of 0 s and -1 ns",
    "min_idle: {seconds: 9} max_idle: {seconds: 8}; max_idle is 8000 ms",
    "min_age: {seconds: 9} max_age: {seconds: 8}; max_age is 8000 ms",
  })
  void aBadFilterIsRefusedByFieldAndValue(String text, String value) {
    assertThatThrownBy(() -> list(filter(text), 0)).satisfies(e -> refused(e, value, ""));
    assertThatThrownBy(() -> delete(filter(text), false, false)).satisfies(e -> refused(e, value, ""));
  }

  @Test
  void aRefusalQuotesAsMuchAsATrailerTakes() throws Exception {
    ConnectionFilter filter = filter("client: '" + "a".repeat(100_000) + "'");
    assertThatThrownBy(() -> list(filter, 0)).satisfies(e -> {
      refused(e, "\"aaaa", "would be");
      assertThat(e.getMessage()).hasSizeLessThan(500).contains("characters) ...");
      assertThat(StatusProto.fromThrowable(e).getSerializedSize()).isLessThan(StatusMapper.MAX_DETAIL_BYTES);
    });
  }

  private static void refused(Throwable failure, String what, String remedy) {
    assertThat(failure).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
      assertThat(e.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(e.getStatus().getDescription()).contains(what).contains(remedy);
    });
  }
}
