// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Conn;
import io.xlvs.bpf.Flags;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.Service;
import io.xlvs.bpf.ServiceFlag;
import io.xlvs.bpf.Template;
import io.xlvs.bpf.Tuple;
import io.xlvs.bpf.WireAddress;
import io.xlvs.loader.map.MappedArray;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Firewall-mark services: two VIPs, three ports and both protocols lead to one service, whose servers get the packet's own port. */
class MarkTest {
  private static final int OTHER_PORT = 443;
  private static final byte[] NOTHING = new byte[0];

  private Lab lab;
  private World world;
  private Bench bench;

  @BeforeEach
  void load() {
    lab = new Lab();
    world = marked(Worlds.everything(lab, 1500));
    bench = new Bench(world, lab);
  }

  @AfterEach
  void unload() {
    bench.close();
    lab.close();
  }

  /** Every kind's TCP service becomes one of a mark. */
  private static World marked(World world) {
    List<World.VirtualService> services = new ArrayList<>();
    for (World.VirtualService service : world.services()) {
      if (service.protocol() == Protocol.TCP) {
        List<World.RealServer> ring = service.ring().stream().map(MarkTest::withoutPort).toList();
        services.add(endpoint(service, service.vip(), Worlds.TCP_PORT, Protocol.TCP, ring));
        services.add(endpoint(service, other(service.vip()), OTHER_PORT, Protocol.TCP, ring));
        services.add(endpoint(service, service.vip(), Worlds.UDP_PORT, Protocol.UDP, ring));
      }
    }
    return new World(services, world.clients(), world.localPortFirst(), world.localPortLast());
  }

  private static World.VirtualService endpoint(
      World.VirtualService service, InetAddress vip, int port, int protocol, List<World.RealServer> ring) {
    return new World.VirtualService(service.index(), vip, port, protocol, ring, service.localAddresses());
  }

  private static World.RealServer withoutPort(World.RealServer server) {
    return new World.RealServer(server.index(), server.address(), 0, server.method(), server.hop(), server.tunnel(),
        server.tunnelChecksum(), server.tunnelPort(), server.tunnelSource());
  }

  private static InetAddress other(InetAddress vip) {
    byte[] address = vip.getAddress();
    address[2] ^= 1;
    return Bytes.address(address, 0, address.length);
  }

  private Talk talk(Worlds.Kind kind, boolean other, int clientPort) {
    InetAddress vip = Worlds.vip(kind);
    return new Talk(bench, lab, other ? other(vip) : vip, other ? OTHER_PORT : Worlds.TCP_PORT, Protocol.TCP, clientPort);
  }

  @Test
  void shouldForwardEveryEndpointByTheOneServiceAndKeepThePacketsPort() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      List<Talk> talks = List.of(talk(kind, false, 4000), talk(kind, true, 4001), talk(kind, false, 4002), talk(kind, true, 4003));
      for (Talk talk : talks) {
        talk.handshake();
        Conn conn = talk.established().orElseThrow();
        assertThat(conn.serverPort()).as(kind.toString()).isEqualTo(talk.tuple.destinationPort());
        assertThat(conn.service()).isEqualTo(world.service(talk.tuple.destination(), conn.serverPort(), Protocol.TCP).index());
      }
      assertThat(talks).as(kind + ": one turn for all").extracting(talk -> talk.connection().server.index())
          .containsExactly(server(kind, 0), server(kind, 1), server(kind, 0), server(kind, 1));
      for (int n = 0; n < 3; n++) { // the second is the cached way
        for (Talk talk : talks) {
          talk.clientSends(kind + " data", Tcp.ACK, Talk.DATA);
          if (talk.hasReplies()) {
            talk.serverSends(kind + " answer", Tcp.ACK, Talk.DATA);
          }
        }
      }
    }
  }

  private int server(Worlds.Kind kind, int position) {
    return world.service(Worlds.vip(kind), Worlds.TCP_PORT, Protocol.TCP).ring().get(position).index();
  }

  @Test
  void shouldForwardDatagramsOfTheMarkToo() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      Talk talk = Talk.udp(bench, lab, kind, 4100);
      for (int n = 0; n < 4; n++) {
        talk.clientSends(kind + " datagram", talk.datagram(Talk.DATA));
        if (talk.hasReplies()) {
          talk.serverSends(kind + " answer", talk.answer(Talk.DATA));
        }
      }
    }
  }

  @Test
  void shouldLeaveOtherPortsOfItsAddressesAlone() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      byte[] frame = talk(kind, false, 4200).frame(new Tcp(4200, OTHER_PORT, Tcp.SYN));
      assertThat(bench.verdict(bench.run(frame, lab.uplink))).as(kind.toString()).isEqualTo(Expectation.Verdict.PASS);
    }
  }

  @Test
  void shouldKeepAClientWithItsServerOverAllEndpoints() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      World.VirtualService service = world.service(Worlds.vip(kind), Worlds.TCP_PORT, Protocol.TCP);
      makePersistent(service.index());
      int first = -1;
      for (int n = 0; n < 4; n++) {
        Talk talk = talk(kind, n % 2 == 1, 4300 + n);
        bench.run(talk.frame(new Tcp(4300 + n, talk.tuple.destinationPort(), Tcp.SYN)), lab.uplink);
        int server = talk.halfOpen().orElseThrow().server();
        first = n == 0 ? server : first;
        assertThat(server).as(kind + ", connection " + n).isEqualTo(first);
      }
      assertThat(templates(kind.version())).as(kind + ": address, port and protocol of its templates").singleElement()
          .satisfies(key -> {
            assertThat(key.destination()).isEqualTo(WireAddress.ofIpv4(World.mark(service)));
            assertThat(key.destinationPort()).isZero();
            assertThat(key.protocol()).isZero();
          });
      bench.plane().collection().map("half_templates", Tuple.CODEC, Template.CODEC).delete(templates(kind.version()).get(0));
    }
  }

  /** While the service is being removed too: its record stays, but for its flags. */
  @Test
  void shouldReleaseItsTemplateWithTheLastConnection() {
    for (Worlds.Kind kind : List.of(Worlds.kinds().get(0), new Worlds.Kind(6, Method.DR, null, false, 0))) {
      World.VirtualService service = world.service(Worlds.vip(kind), Worlds.TCP_PORT, Protocol.TCP);
      makePersistent(service.index());
      Talk talk = talk(kind, true, 4310);
      talk.handshake();
      assertThat(bench.plane().templates(true)).singleElement().extracting(Template::connections).isEqualTo(1);
      long flags = (long) service.index() * Service.LAYOUT.size() + Service.LAYOUT.offset("flags");
      bench.plane().array("services").putInt(flags, 0);
      bench.plane().age("connections", talk.tuple, 1000);
      bench.plane().sweep();
      assertThat(bench.plane().templates(true)).singleElement().extracting(Template::connections).isEqualTo(0);
      bench.plane().age(bench.plane().templates(true).iterator().next(), 1000);
      bench.plane().sweep();
    }
  }

  private List<Tuple> templates(int version) {
    List<Tuple> keys = new ArrayList<>();
    bench.plane().collection().map("half_templates", Tuple.CODEC, Template.CODEC).forEach((key, template) -> keys.add(key));
    assertThat(keys).allMatch(key -> key.family().value() == version);
    return keys;
  }

  private void makePersistent(int index) {
    MappedArray services = bench.plane().array("services");
    long at = (long) index * Service.LAYOUT.size();
    long flags = at + Service.LAYOUT.offset("flags");
    services.putInt(flags, services.getInt(flags) | Flags.of(ServiceFlag.PERSISTENT));
    services.putInt(at + Service.LAYOUT.offset("persistence_seconds"), 300);
    for (int word = 0; word < 4; word++) {
      services.putInt(at + Service.LAYOUT.offset("persistence_mask") + 4L * word, -1);
    }
  }

  /** ipvsadm(8), -o: on a mark it is about the datagrams only. */
  @Test
  void shouldScheduleDatagramsByThemselvesAndSegmentsByTheirConnection() {
    for (Worlds.Kind kind : Worlds.kinds()) {
      World.VirtualService service = world.service(Worlds.vip(kind), Worlds.TCP_PORT, Protocol.TCP);
      MappedArray services = bench.plane().array("services");
      long flags = (long) service.index() * Service.LAYOUT.size() + Service.LAYOUT.offset("flags");
      services.putInt(flags, services.getInt(flags) | Flags.of(ServiceFlag.ONE_PACKET));
      Talk segments = talk(kind, false, 4400);
      segments.handshake();
      segments.clientSends(kind + " data", Tcp.ACK, Talk.DATA);
      Talk datagrams = Talk.udp(bench, lab, kind, 4401);
      List<Integer> servers = new ArrayList<>();
      for (int n = 0; n < 2; n++) {
        bench.run(datagrams.frame(datagrams.datagram(Talk.DATA)), lab.uplink);
        servers.add(datagrams.halfOpen().orElseThrow().server());
      }
      assertThat(servers).as(kind.toString()).doesNotHaveDuplicates();
    }
  }

  @Test
  void shouldRelayAnErrorOfAServerFromTheVipThatTheClientKnows() throws MalformedPacketException {
    for (Worlds.Kind kind : Worlds.kinds()) {
      if (kind.method() == Method.NAT || kind.method() == Method.FULLNAT) {
        Talk talk = talk(kind, true, 4500);
        byte[] out = talk.clientSends(kind + " SYN", Tcp.SYN, NOTHING, Tcp.mss(1400));
        byte[] quoted = Arrays.copyOfRange(out, Headers.etherEnd(out), out.length);
        talk.serverSends(kind + " refusal", Icmp.portUnreachable(kind.version(), quoted));
      }
    }
  }
}
