// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xlvs.bpf.Capacities;
import io.xlvs.bpf.XlvsObjects;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import io.xlvs.loader.Bpf;
import io.xlvs.loader.link.Xdp;
import io.xlvs.loader.link.XdpMode;
import io.xlvs.loader.net.NetDevices;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The data plane on a real kernel, with real TCP through it. */
class BpfDataPlaneTest extends LiveDirector {
  static final ServiceKey.Endpoint OTHER = new ServiceKey.Endpoint(Protocol.TCP, IpAddress.parse("10.71.100.2"), 80);

  @Tag("kernels")
  @Test
  void forwardsByNatCountsAndListsAndGoesOnThroughARestart() throws Exception {
    assertThat(plane.status().interfaces()).extracting(DataPlaneStatus.Interface::attachMode).containsOnly("native");
    serve(1, 8080);
    serve(2, 8080);
    VirtualService service = service(HTTP, "rr", server(1, 8080), server(2, 8080));
    apply(service);
    Socket first = connect();
    Socket second = connect();
    String one = ask(first, "a");
    String two = ask(second, "b");
    assertThat(List.of(one, two)).as("newest server first, as IPVS").containsExactly("2 10.71.0.10 a", "1 10.71.0.10 b");

    List<ConnectionEntry> listed = connections();
    assertThat(listed).hasSize(2).allSatisfy(entry -> {
      assertThat(entry.state()).isEqualTo(ConnectionState.ESTABLISHED);
      assertThat(entry.virtualAddress()).isEqualTo(VIP);
      assertThat(entry.serverPort()).isEqualTo(8080);
      assertThat(entry.expiresInMillis()).isBetween(800_000L, 900_000L);
    });
    ServiceFigures figures = plane.figures(service, true);
    assertThat(figures.counters().connections()).isEqualTo(2);
    assertThat(figures.servers()).allSatisfy(server -> {
      assertThat(server.state().active()).isEqualTo(1);
      assertThat(server.state().reachable()).isTrue();
      assertThat(server.counters().inPackets()).isGreaterThanOrEqualTo(3);
    });

    plane.close();
    assertThat(ask(first, "c")).as("without a daemon").isEqualTo(one.replace("a", "c"));
    plane = openPlane();
    assertThat(ask(first, "d")).as("taken over, not yet configured").isEqualTo(one.replace("a", "d"));
    apply(service);
    assertThat(ask(first, "e")).isEqualTo(one.replace("a", "e"));
    assertThat(plane.figures(service, true).counters().connections()).isEqualTo(2);

    plane.zeroCounters(Optional.of(HTTP));
    assertThat(plane.figures(service, true).counters()).isEqualTo(Counters.ZERO);
    ask(first, "f");
    assertThat(plane.figures(service, true).counters().inPackets()).isBetween(1L, 10L);
  }

  @Test
  void silencesARemovedServersConnectionsAndResumesThemWhenItReturns() throws Exception {
    serve(1, 80);
    serve(2, 80);
    apply(service(HTTP, "rr", server(1, 80)));
    Socket socket = connect();
    assertThat(ask(socket, "a")).startsWith("1 ");
    apply(service(HTTP, "rr", server(2, 80)));
    socket.setSoTimeout(SILENCE_MILLIS);
    assertThatThrownBy(() -> ask(socket, "b")).isInstanceOf(java.net.SocketTimeoutException.class);
    socket.setSoTimeout(PATIENCE_MILLIS);
    assertThat(ask(connect(), "c")).startsWith("2 ");
    apply(service(HTTP, "rr", server(2, 80), server(1, 80)));
    assertThat(read(socket)).as("retransmitted by the client").isEqualTo("1 10.71.0.10 b");
  }

  @Test
  void refusesByNameWhatItCannotDoAndChangesNothing() throws Exception {
    RealServer own = server(IpAddress.parse("10.71.1.1"), 80, ForwardingMethod.NAT);
    assertThatThrownBy(() -> plane.check(configuration(service(HTTP, "rr", own))))
        .isInstanceOf(InfeasibleException.class)
        .hasMessageContaining("real server 10.71.1.1 is an address of this director");
    assertThatThrownBy(() -> plane.apply(configuration(service(HTTP, "rr", many(20, 1025)))))
        .isInstanceOf(CapacityException.class)
        .hasMessageContaining("1025 entries needed, 1024 there").hasMessageContaining("--servers 1025 or more");
    assertThat(table("servers").used()).isZero();
    assertThat(table("rings").used()).isZero();
    assertThat(table("services").used()).isZero();
  }

  @Test
  void aFullTableIsReplacedByAnotherAtOnceAndAnOpenConnectionKeepsItsPlace() throws Exception {
    serve(1, 80);
    VirtualService served = service(HTTP, "rr", server(1, 80));
    RealServer[] before = many(10, 1023);
    apply(served, service(OTHER, "rr", before));
    Socket socket = connect();
    assertThat(ask(socket, "a")).isEqualTo("1 10.71.0.10 a");
    apply();
    apply(service(OTHER, "rr", many(20, 1023)));
    assertThat(table("servers").used()).as("the old server of an open connection and the new ones").isEqualTo(1024);
    assertThatThrownBy(() -> apply(service(OTHER, "rr", many(30, 1024)))).isInstanceOf(CapacityException.class)
        .hasMessageContaining("--servers");
    apply(service(OTHER, "rr"));
    apply(served);
    assertThat(ask(socket, "b")).as("the same place").isEqualTo("1 10.71.0.10 b");
  }

  static RealServer[] many(int net, int count) {
    RealServer[] many = new RealServer[count];
    for (int i = 0; i < many.length; i++) {
      many[i] = server(IpAddress.ofIpv4(10 << 24 | 71 << 16 | 1 << 8 | net), 1000 + i, ForwardingMethod.NAT);
    }
    return many;
  }

  @Test
  void followsRoutesAndNeighbours() throws Exception {
    serve(1, 80);
    VirtualService service = service(HTTP, "rr", server(IpAddress.parse("10.71.9.9"), 80, ForwardingMethod.NAT));
    apply(service);
    assertThat(plane.figures(service, false).servers().get(0).state().reachable()).isFalse();
    Namespaces.ip("-n " + net.server(1) + " addr add 10.71.9.9/32 dev lo");
    Namespaces.ip("-n " + net.director + " route add 10.71.9.9/32 via 10.71.1.10");
    await(() -> plane.figures(service, false).servers().get(0).state().reachable());
    assertThat(ask(connect(), "a")).startsWith("1 ");
    Namespaces.ip("-n " + net.director + " route del 10.71.9.9/32");
    await(() -> !plane.figures(service, false).servers().get(0).state().reachable());
  }

  @Test
  void refusesASecondDaemonAndSmallerSizesAndTakesEverythingDown() throws Exception {
    DataPlaneProvider provider = new BpfDataPlaneProvider();
    assertThatThrownBy(() -> inDirector(() -> provider.open(options(SMALL), () -> {})))
        .isInstanceOf(DataPlaneException.class)
        .hasMessageContaining("in use by another xlvsd");
    plane.close();
    DataPlaneOptions.Capacities smaller =
        new DataPlaneOptions.Capacities(1 << 14, 1 << 12, 64, 512, 256, 1024, 1 << 18, 1 << 20);
    assertThatThrownBy(() -> inDirector(() -> provider.open(options(smaller), () -> {})))
        .isInstanceOf(DataPlaneException.class)
        .hasMessageContaining("servers 1024, wanted 512")
        .hasMessageContaining("--detach");
    assertThat(Namespaces.run("ip -n " + net.director + " link show eth0")).contains("xdp");
    assertThat(inDirector(() -> provider.detach(bpffs))).isTrue();
    assertThat(Namespaces.run("ip -n " + net.director + " link show eth0")).doesNotContain("xdp");
    assertThat(inDirector(() -> provider.detach(bpffs))).isFalse();
    plane = openPlane();
    apply(service(HTTP, "rr", server(1, 80)));
    inDirector(() -> {
      plane.detach();
      return null;
    });
    assertThat(Namespaces.run("ip -n " + net.director + " link show eth0")).doesNotContain("xdp");
    assertThat(Namespaces.run("ip netns exec " + net.director + " tc filter show dev eth0 ingress")).isEmpty();
    assertThat(inDirector(() -> provider.detach(bpffs))).isFalse();
  }

  @Test
  void goesFromNativeToTcToGenericAndBackUnderAnOpenConnection() throws Exception {
    serve(1, 8080);
    VirtualService service = service(HTTP, "rr", server(1, 8080));
    apply(service);
    Socket socket = connect();
    assertThat(ask(socket, "a")).isEqualTo("1 10.71.0.10 a");
    for (AttachMode mode : List.of(AttachMode.TC, AttachMode.GENERIC, AttachMode.NATIVE)) {
      plane.close();
      plane = inDirector(() -> new BpfDataPlaneProvider().open(options(SMALL, mode), () -> {}));
      apply(service);
      assertThat(plane.status().interfaces()).extracting(DataPlaneStatus.Interface::attachMode).containsOnly(mode.text());
      assertThat(ask(socket, "b")).as("by %s", mode).isEqualTo("1 10.71.0.10 b");
      assertThat(ask(connect(), "c")).as("by %s", mode).isEqualTo("1 10.71.0.10 c");
    }
  }

  @Test
  void changesNothingUnlessTheGateIsPassed() throws Exception {
    serve(1, 8080);
    apply(service(HTTP, "rr", server(1, 8080)));
    Socket socket = connect();
    assertThat(ask(socket, "a")).isEqualTo("1 10.71.0.10 a");
    plane.close();
    String before = Namespaces.run("ip -n " + net.director + " link show eth0");
    assertThatThrownBy(this::openWithADamagedFile).hasMessage("the state file is damaged");
    assertThat(Namespaces.run("ip -n " + net.director + " link show eth0")).as("program and all").isEqualTo(before);
    assertThat(ask(socket, "b")).isEqualTo("1 10.71.0.10 b");

    assertThat(inDirector(() -> new BpfDataPlaneProvider().detach(bpffs))).isTrue();
    assertThatThrownBy(this::openWithADamagedFile).hasMessage("the state file is damaged");
    assertThat(Files.list(bpffs)).as("pins of a start that failed").isEmpty();
    plane = openPlane();
  }

  private DataPlane openWithADamagedFile() throws Exception {
    return inDirector(() -> new BpfDataPlaneProvider().open(options(SMALL), () -> {
      throw new IOException("the state file is damaged");
    }));
  }

  @Test
  void leavesAForeignXdpProgramAloneAndSaysSo() throws Exception {
    plane.close();
    assertThat(inDirector(() -> new BpfDataPlaneProvider().detach(bpffs))).isTrue();
    var settings = Capacities.SMALL.settings(Bpf.possibleCpus(), 250, 1, Capacities.Limits.DEFAULT);
    var spec = XlvsObjects.parse().loadOnly("xlvs_xdp");
    try (XlvsObjects foreign = XlvsObjects.load(spec, Capacities.SMALL, settings, Optional.empty())) {
      var link = inDirector(() -> Xdp.attach(foreign.xdp(), NetDevices.indexOf("eth1"), XdpMode.NATIVE));
      assertThatThrownBy(this::openPlane)
          .isInstanceOf(DataPlaneException.class)
          .hasMessageContaining("interface eth1: XDP cannot be attached: another XDP program is attached")
          .hasMessageContaining("ip link set eth1 xdp off");
      assertThat(Files.list(bpffs)).as("pins of a start that failed").isEmpty();
      assertThat(Namespaces.run("ip -n " + net.director + " link show eth0")).as("eth0 came first").doesNotContain("xdp");
      assertThat(Namespaces.run("ip netns exec " + net.director + " tc filter show dev eth1 ingress")).isEmpty();
      link.close();
    }
    plane = openPlane();
  }
}
