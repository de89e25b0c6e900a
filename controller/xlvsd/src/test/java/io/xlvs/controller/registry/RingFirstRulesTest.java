// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.controller.dataplane.Feature;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.RealServerKey;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What scheduler flag ring-first does not go with is refused by name, whichever of the two comes last. */
class RingFirstRulesTest {
  private static Specs.Service ringFirst(Consumer<Specs.Service> change) {
    Specs.Service service = new Specs.Service();
    service.scheduler = "mh";
    service.flags = List.of("ring-first", "mh-port");
    change.accept(service);
    return service;
  }

  private static Operation server(Consumer<Specs.Server> change) {
    Specs.Server server = new Specs.Server();
    server.method = ForwardingMethod.DR;
    change.accept(server);
    return server.create();
  }

  private static Transaction take(Configuration base, Operation... operations) {
    Transaction transaction = new Transaction(base, EnumSet.allOf(Feature.class));
    Arrays.stream(operations).forEach(transaction::take);
    return transaction;
  }

  private static void refused(String field, String words, Transaction transaction) {
    assertThat(transaction.problems()).as("%s", transaction.problems()).hasSize(1);
    assertThat(transaction.problems().get(0).field()).isEqualTo(field);
    assertThat(transaction.problems().get(0).message()).contains(words);
  }

  @Test
  void servicesThatNeedConnections() {
    refused("virtual_service.scheduler_flags", "ring-first does not go with scheduler rr: it belongs to sh and mh",
        take(Configuration.empty(), ringFirst(s -> {
          s.scheduler = "rr";
          s.flags = List.of("ring-first");
        }).create()));
    refused("virtual_service.persistence_timeout_seconds", "60 does not go with ring-first",
        take(Configuration.empty(), ringFirst(s -> s.timeout = 60).create()));
    refused("virtual_service.one_packet", "does not go with ring-first", take(Configuration.empty(), ringFirst(s -> {
      s.protocol = Protocol.UDP;
      s.onePacket = true;
    }).create()));
    refused("virtual_service.scheduler_flags", "mh-fallback does not go with ring-first",
        take(Configuration.empty(), ringFirst(s -> s.flags = List.of("ring-first", "flag-1")).create()));
    refused("virtual_service.scheduler_flags", "firewall mark 7", take(Configuration.empty(), ringFirst(s -> {
      s.protocol = null;
      s.address = "";
      s.port = 0;
      s.mark = 7;
    }).create()));
  }

  @Test
  void serversThatNeedConnections() {
    Operation service = ringFirst(s -> { }).create();
    refused("real_server.method", "10.1.0.11:80 has method NAT",
        take(Configuration.empty(), service, server(s -> s.method = ForwardingMethod.NAT)));
    refused("real_server.upper_threshold", "upper threshold 9", take(Configuration.empty(), service, server(s -> s.upper = 9)));
    Configuration there = take(Configuration.empty(), service, server(s -> { })).build();
    Specs.Server edit = new Specs.Server();
    edit.method = ForwardingMethod.FULLNAT;
    refused("real_server.method", "has method FULLNAT", take(there, new Operation.UpdateServer(
        Specs.WEB, RealServerKey.parse("10.1.0.11:80"), edit.spec(), Set.of("method"), "")));
  }

  @Test
  void editsThatWouldMoveEveryFlow() {
    Configuration there = take(Configuration.empty(), ringFirst(s -> { }).create(), server(s -> { })).build();
    for (List<String> flags : List.of(List.of("ring-first"), List.of("mh-port"), List.of("ring-first", "mh-port", "mh-minimal"))) {
      refused("virtual_service.scheduler_flags", "delete it and add it again", take(there, new Operation.UpdateService(
          Specs.WEB, ringFirst(s -> s.flags = flags).spec(), Set.of("scheduler_flags"), "")));
    }
    Configuration plain = take(Configuration.empty(), ringFirst(s -> s.flags = List.of("mh-port")).create()).build();
    refused("virtual_service.scheduler_flags", "delete it and add it again", take(plain, new Operation.UpdateService(
        Specs.WEB, ringFirst(s -> { }).spec(), Set.of(), "")));
    assertThat(take(there, new Operation.UpdateService(Specs.WEB, ringFirst(s -> s.tcpTimeout = 30).spec(), Set.of(), "")).problems())
        .as("another time-out").isEmpty();
    assertThat(take(there, new Operation.DeleteService(Specs.WEB, ""), ringFirst(s -> s.flags = List.of()).create()).problems())
        .as("deleted and added again").isEmpty();
  }
}
