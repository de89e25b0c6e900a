// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.xlvs.controller.dataplane.CapacityException;
import io.xlvs.controller.dataplane.FakeDataPlane;
import io.xlvs.controller.dataplane.Feature;
import io.xlvs.controller.registry.Problem.Kind;
import io.xlvs.controller.registry.Problem.ResourceType;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.VirtualService;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceRegistryTest {
  private static final ServiceKey OTHER = ServiceKey.parse("tcp:10.0.0.101:80");

  private final FakeDataPlane dataPlane = new FakeDataPlane();
  private final MemoryStore store = new MemoryStore();
  private ServiceRegistry registry;

  @BeforeEach
  void start() throws Exception {
    registry = new ServiceRegistry(dataPlane, store);
  }

  private Configuration apply(Operation... operations) throws Exception {
    return registry.apply(List.of(operations), 0, false);
  }

  private List<Problem> refused(Operation... operations) {
    Configuration before = registry.current();
    int written = store.written.size();
    RefusedException[] refusal = new RefusedException[1];
    assertThatThrownBy(() -> apply(operations))
        .isInstanceOfSatisfying(RefusedException.class, e -> refusal[0] = e);
    assertThat(registry.current()).isSameAs(before);
    assertThat(store.written).hasSize(written);
    assertThat(dataPlane.held()).isSameAs(before);
    return refusal[0].problems();
  }

  private static Operation other() {
    Specs.Service service = new Specs.Service();
    service.address = "10.0.0.101";
    return service.create();
  }

  @Test
  void aChangeIsStoredThenCarriedOut() throws Exception {
    Configuration after = apply(Specs.web(), Specs.server("10.1.0.11"));
    assertThat(after.revision()).isEqualTo(1);
    assertThat(registry.current()).isSameAs(after);
    assertThat(store.written).containsExactly(after);
    assertThat(dataPlane.held()).isSameAs(after);
    assertThat(after.serverCount()).isEqualTo(1);
  }

  @Test
  void untouchedServicesStayTheSameObject() throws Exception {
    VirtualService web = apply(Specs.web(), other()).services().get(Specs.WEB);
    Specs.Server server = new Specs.Server();
    server.service = OTHER;
    Configuration after = apply(server.create());
    assertThat(after.services().get(Specs.WEB)).isSameAs(web);
    assertThat(after.services().get(OTHER).revision()).isEqualTo(2);
    assertThat(after.services().keySet()).containsExactly(Specs.WEB, OTHER);
  }

  @Test
  void aBatchWithOneBadOperationChangesNothingAndNamesEveryBadOne() throws Exception {
    apply(Specs.web());
    assertThat(refused(other(), Specs.server("10.1.0.11"), Specs.server("10.1.0.11"), Specs.web(), Specs.server("x")))
        .extracting(Problem::operation, Problem::kind)
        .containsExactly(
            tuple(2, Kind.ALREADY_EXISTS),
            tuple(3, Kind.ALREADY_EXISTS),
            tuple(4, Kind.INVALID));
  }

  @Test
  void whatIsMissingIsNamedAsAResource() {
    RealServerKey server = RealServerKey.parse("10.1.0.11:80");
    assertThat(refused(new Operation.DeleteService(Specs.WEB, ""), new Operation.DeleteServer(Specs.WEB, server, ""),
        new Operation.UpdateServer(Specs.WEB, server, new Specs.Server().spec(), Set.of(), ""),
        new Operation.CreateLocalAddress(Specs.WEB, "10.1.0.1"), new Operation.DeleteLocalAddress(Specs.WEB, "10.1.0.1"),
        new Operation.UpdateService(Specs.WEB, new Specs.Service().spec(), Set.of(), "")))
        .hasSize(6).allSatisfy(problem -> {
          assertThat(problem.kind()).isEqualTo(Kind.NOT_FOUND);
          assertThat(problem.resource().type()).isEqualTo(ResourceType.SERVICE);
          assertThat(problem.resource().service()).isEqualTo("tcp:10.0.0.100:80");
        });
  }

  @Test
  void aMissingServerAndLocalAddressOfAServiceAreNamed() throws Exception {
    apply(Specs.web());
    assertThat(refused(new Operation.DeleteServer(Specs.WEB, RealServerKey.parse("10.1.0.11:80"), "")))
        .singleElement().satisfies(problem -> assertThat(problem.resource().child()).isEqualTo("10.1.0.11:80"));
    assertThat(refused(new Operation.DeleteLocalAddress(Specs.WEB, "10.1.0.1")))
        .singleElement().satisfies(problem -> assertThat(problem.resource().type()).isEqualTo(ResourceType.LOCAL_ADDRESS));
  }

  @Test
  void aStaleEtagIsAConflictAndARightOneIsTaken() throws Exception {
    apply(Specs.web());
    apply(Specs.server("10.1.0.11"));
    assertThat(refused(new Operation.DeleteService(Specs.WEB, "1"))).singleElement()
        .satisfies(problem -> assertThat(problem.kind()).isEqualTo(Kind.CONFLICT));
    assertThat(refused(new Operation.DeleteServer(Specs.WEB, RealServerKey.parse("10.1.0.11:80"), "1"))).hasSize(1);
    apply(new Operation.DeleteServer(Specs.WEB, RealServerKey.parse("10.1.0.11:80"), "2"));
    apply(new Operation.DeleteService(Specs.WEB, "3"));
    assertThat(registry.current().services()).isEmpty();
  }

  @Test
  void anEtagInABatchMeansTheStateBeforeTheBatch() throws Exception {
    apply(Specs.web());
    Operation update = new Operation.UpdateService(Specs.WEB, new Specs.Service().spec(), Set.of(), "1");
    assertThat(apply(update, update).services().get(Specs.WEB).revision()).isEqualTo(2);
  }

  @Test
  void aMaskChangesOnlyItsFieldsAndUnknownOnesAreRefused() throws Exception {
    Specs.Service service = new Specs.Service();
    service.scheduler = "sh";
    service.flags = List.of("sh-port");
    apply(service.create());
    Specs.Service change = new Specs.Service();
    change.timeout = 60;
    VirtualService after = apply(new Operation.UpdateService(Specs.WEB, change.spec(), Set.of("persistence_timeout_seconds"), ""))
        .services().get(Specs.WEB);
    assertThat(after.scheduler()).isEqualTo("sh");
    assertThat(after.persistenceTimeoutSeconds()).isEqualTo(60);
    assertThat(refused(new Operation.UpdateService(Specs.WEB, change.spec(), Set.of("port"), ""))).singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("\"port\" cannot be changed").contains("one_packet"));
    // sh-port stays, and does not go with rr.
    assertThat(refused(new Operation.UpdateService(Specs.WEB, change.spec(), Set.of("scheduler"), ""))).singleElement()
        .satisfies(problem -> assertThat(problem.field()).isEqualTo("virtual_service.scheduler"));
  }

  @Test
  void anotherRevisionThanExpectedIsRefused() throws Exception {
    apply(Specs.web());
    assertThatThrownBy(() -> registry.apply(List.of(other()), 7, false))
        .isInstanceOf(RevisionException.class).hasMessageContaining("7").hasMessageContaining("1");
    assertThat(registry.apply(List.of(other()), 1, false).revision()).isEqualTo(2);
  }

  @Test
  void validateOnlyAnswersAsIfDoneAndChangesNothing() throws Exception {
    Configuration answer = registry.apply(List.of(Specs.web()), 0, true);
    assertThat(answer.services()).containsKey(Specs.WEB);
    assertThat(registry.current().services()).isEmpty();
    assertThat(store.written).isEmpty();
    dataPlane.maxServices = 0;
    assertThatThrownBy(() -> registry.apply(List.of(Specs.web()), 0, true)).isInstanceOf(CapacityException.class);
  }

  @Test
  void capacityIsAskedBeforeAnythingIsStored() {
    dataPlane.maxServices = 1;
    assertThatThrownBy(() -> apply(Specs.web(), other()))
        .isInstanceOf(CapacityException.class).hasMessageContaining("2 entries needed, 1 there").hasMessageContaining("--services");
    assertThat(store.written).isEmpty();
  }

  @Test
  void whatTheDirectorCannotDoIsRefusedByName() {
    dataPlane.ownAddress = "10.1.0.11";
    assertThat(refused(Specs.web(), Specs.server("10.1.0.11"))).singleElement().satisfies(problem -> {
      assertThat(problem.kind()).isEqualTo(Kind.INFEASIBLE);
      assertThat(problem.operation()).isEqualTo(1);
      assertThat(problem.field()).isEqualTo("real_server.address");
    });
  }

  @Test
  void aFailedStoreLeavesEverythingAsItWas() throws Exception {
    Configuration before = apply(Specs.web());
    store.failure = new IOException("no space left on device");
    assertThatThrownBy(() -> apply(other())).isInstanceOf(CommitException.class).hasMessageContaining("no space left");
    assertThat(registry.current()).isSameAs(before);
    assertThat(dataPlane.held()).isSameAs(before);
  }

  @Test
  void aFailedDataPlaneIsTakenBackInTheStoreToo() throws Exception {
    Configuration before = apply(Specs.web());
    dataPlane.failingApplies = 1;
    assertThatThrownBy(() -> apply(other()))
        .isInstanceOf(CommitException.class).hasMessageContaining("EPERM").hasMessageContaining("revision 1 is in force again");
    assertThat(registry.current()).isSameAs(before);
    assertThat(store.written).last().isSameAs(before);
    assertThat(dataPlane.held()).isSameAs(before);
  }

  @Test
  void aDataPlaneThatCannotBeSetBackIsTold() throws Exception {
    apply(Specs.web());
    dataPlane.failingApplies = 2;
    assertThatThrownBy(() -> apply(other())).hasMessageContaining("could not be set back").hasMessageContaining("restart xlvsd");
  }

  @Test
  void flushDeletesAllAndACreationAfterItIsANewService() throws Exception {
    apply(Specs.web(), other());
    Configuration after = apply(new Operation.Flush(), Specs.web());
    assertThat(after.services()).containsOnlyKeys(Specs.WEB);
    assertThat(after.services().get(Specs.WEB).createRevision()).isEqualTo(2);
  }

  @Test
  void timeoutsOfZeroStayAsTheyAre() throws Exception {
    assertThat(apply(new Operation.UpdateTimeouts(0, 60, 0)).timeouts()).isEqualTo(new Timeouts(900, 60, 300));
    assertThat(refused(new Operation.UpdateTimeouts(2147484, 1, 4294967295L))).hasSize(2);
  }

  @Test
  void localAddressesKeepTheirOrderAndMustBeOfTheServicesFamily() throws Exception {
    apply(Specs.web(), new Operation.CreateLocalAddress(Specs.WEB, "10.1.0.2"), new Operation.CreateLocalAddress(Specs.WEB, "10.1.0.1"));
    assertThat(registry.current().services().get(Specs.WEB).localAddresses()).extracting(Object::toString)
        .containsExactly("10.1.0.2", "10.1.0.1");
    assertThat(refused(new Operation.CreateLocalAddress(Specs.WEB, "10.1.0.2"), new Operation.CreateLocalAddress(Specs.WEB, "fd00::1"),
        new Operation.CreateLocalAddress(Specs.WEB, "224.0.0.9"))).extracting(Problem::kind)
        .containsExactly(Kind.ALREADY_EXISTS, Kind.INVALID, Kind.INVALID);
    assertThat(apply(new Operation.DeleteLocalAddress(Specs.WEB, "10.1.0.2")).services().get(Specs.WEB).localAddresses()).hasSize(1);
  }

  @Test
  void aStoredServiceWhoseSchedulerIsGoneIsToldAtTheStart() throws Exception {
    Specs.Service service = new Specs.Service();
    service.scheduler = "wlc";
    store.initial = apply(service.create());
    dataPlane.features.remove(Feature.LEAST_CONNECTION);
    assertThatThrownBy(() -> new ServiceRegistry(dataPlane, store))
        .hasMessageContaining("tcp:10.0.0.100:80").hasMessageContaining("wlc").hasMessageContaining("rr, wrr, dh, sh, fo, mh");
  }

  @Test
  void aRestartAppliesWhatWasStored() throws Exception {
    store.initial = apply(Specs.web());
    FakeDataPlane fresh = new FakeDataPlane();
    assertThat(new ServiceRegistry(fresh, store).current()).isSameAs(store.initial);
    assertThat(fresh.held()).isSameAs(store.initial);
  }

  @Test
  void aWatcherGetsTheStateThenEveryChangeInOrder() throws Exception {
    apply(Specs.web());
    Watcher watcher = registry.watch(() -> {});
    assertThat(watcher.start().services()).containsOnlyKeys(Specs.WEB);
    apply(Specs.server("10.1.0.11"), other());
    apply(new Operation.DeleteService(Specs.WEB, ""), Specs.web());
    Change first = watcher.poll().orElseThrow();
    assertThat(first.deleted()).isEmpty();
    assertThat(first.changed()).extracting(VirtualService::key).containsExactly(Specs.WEB, OTHER);
    Change second = watcher.poll().orElseThrow();
    assertThat(second.deleted()).containsExactly(Specs.WEB);
    assertThat(second.changed()).extracting(VirtualService::key).containsExactly(Specs.WEB);
    assertThat(watcher.poll()).isEmpty();
    assertThat(watcher.isOverrun()).isFalse();
  }

  @Test
  void aWatcherThatDoesNotKeepUpIsCutOff() throws Exception {
    apply(Specs.web());
    Watcher watcher = registry.watch(() -> {});
    for (int i = 0; i <= Watcher.MAX_WAITING; i++) {
      apply(new Operation.UpdateTimeouts(100 + i, 0, 0));
    }
    assertThat(watcher.isOverrun()).isTrue();
    int waiting = 0;
    while (watcher.poll().isPresent()) {
      waiting++;
    }
    assertThat(waiting).isEqualTo(Watcher.MAX_WAITING);
  }

  @Test
  void aClosedWatcherGetsNothing() throws Exception {
    Watcher watcher = registry.watch(() -> {});
    watcher.close();
    apply(Specs.web());
    assertThat(watcher.poll()).isEmpty();
  }
}
