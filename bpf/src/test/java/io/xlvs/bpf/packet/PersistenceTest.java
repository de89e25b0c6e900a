// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Conn;
import io.xlvs.bpf.ConnFlag;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.Server;
import io.xlvs.bpf.Service;
import io.xlvs.bpf.ServiceFlag;
import io.xlvs.bpf.Template;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Templates from a client's first packet to the end of its last connection. The oracle knows no persistence. */
class PersistenceTest {
  private static final int SECONDS = 300;
  private static final Worlds.Kind NAT4 = new Worlds.Kind(4, Method.NAT, null, false, 0);
  private static final Worlds.Kind NAT6 = new Worlds.Kind(6, Method.NAT, null, false, 0);
  private static final List<Worlds.Kind> KINDS = List.of(NAT4, NAT6);

  private Lab lab;
  private World world;
  private Bench bench;

  @BeforeEach
  void load() {
    lab = new Lab();
    world = Worlds.everything(lab, 1500);
    bench = new Bench(world, lab);
  }

  @AfterEach
  void unload() {
    bench.close();
    lab.close();
  }

  /** Makes the TCP service of a kind persistent, with a mask of so many bits. */
  private void persist(Worlds.Kind kind, int prefix) {
    edit(kind, prefix, ServiceFlag.IN_USE.value() | ServiceFlag.PERSISTENT.value());
  }

  private void edit(Worlds.Kind kind, int prefix, int flags) {
    long at = (long) service(kind).index() * Service.LAYOUT.size();
    byte[] mask = new byte[16];
    for (int bit = 0; bit < prefix; bit++) {
      mask[bit / 8] |= (byte) (0x80 >> bit % 8);
    }
    bench.plane().array("services").putBytes(at + Service.LAYOUT.offset("persistence_mask"), mask);
    bench.plane().array("services").putInt(at + Service.LAYOUT.offset("persistence_seconds"), SECONDS);
    bench.plane().array("services").putInt(at + Service.LAYOUT.offset("flags"), flags);
  }

  private World.VirtualService service(Worlds.Kind kind) {
    return world.service(Worlds.vip(kind), Worlds.TCP_PORT, Protocol.TCP);
  }

  private static InetAddress client(Worlds.Kind kind, int number) {
    return kind.version() == 4
        ? Bytes.address("203.0." + (number >> 8) + "." + (number & 255))
        : Bytes.address("2001:db8:c::" + Integer.toHexString(number + 1));
  }

  private Expectation.Verdict fromClient(Worlds.Kind kind, InetAddress client, int port, int flags) {
    boolean syn = (flags & Tcp.SYN) != 0;
    Tcp tcp = new Tcp(port, Worlds.TCP_PORT, flags)
        .numbers(syn ? Talk.CLIENT_SEQUENCE : Talk.CLIENT_SEQUENCE + 1, syn ? 0 : Talk.SERVER_SEQUENCE + 1);
    byte[] frame = Talk.frame(new Ip(client, Worlds.vip(kind), tcp).encode());
    return bench.verdict(bench.run(frame, lab.uplink));
  }

  /** SYN, SYN-ACK and ACK of a client. */
  private Conn establish(Worlds.Kind kind, InetAddress client, int port) {
    Connection.Tuple tuple = tuple(kind, client, port);
    fromClient(kind, client, port, Tcp.SYN);
    int slot = bench.plane().connection("half_open", tuple).orElseThrow().server();
    World.RealServer server =
        service(kind).ring().stream().filter(each -> each.index() == slot).findFirst().orElseThrow();
    Tcp answer = new Tcp(server.port(), port, Tcp.SYN | Tcp.ACK).numbers(Talk.SERVER_SEQUENCE, Talk.CLIENT_SEQUENCE + 1);
    World.Hop hop = server.hop();
    byte[] packet = new Ip(server.address(), client, answer).encode();
    bench.run(new Ether(hop.sourceMac(), hop.destinationMac()).wrap(packet), hop.ifindex());
    fromClient(kind, client, port, Tcp.ACK);
    return bench.plane().connection("connections", tuple).orElseThrow();
  }

  private static Connection.Tuple tuple(Worlds.Kind kind, InetAddress client, int port) {
    return new Connection.Tuple(client, port, Worlds.vip(kind), Worlds.TCP_PORT, Protocol.TCP);
  }

  private Template onlyTemplate() {
    Collection<Template> templates = bench.plane().templates(true);
    assertThat(templates).hasSize(1);
    return templates.iterator().next();
  }

  /** Lets all connections of a client expire. */
  private void expire(Worlds.Kind kind, InetAddress client, int... ports) {
    for (int port : ports) {
      bench.plane().age("connections", tuple(kind, client, port), 1000);
    }
    bench.plane().sweep();
  }

  @Test
  void shouldBindAClientByAnEstablishedConnectionAndAllOfItsNetwork() {
    for (Worlds.Kind kind : KINDS) {
      persist(kind, kind.version() == 4 ? 24 : 64);
      Conn first = establish(kind, client(kind, 0), 4000);
      for (int n = 1; n < 4; n++) {
        Conn other = establish(kind, client(kind, n), 4000 + n);
        assertThat(other.server()).as(kind + ", neighbour " + n).isEqualTo(first.server());
      }
      Template template = onlyTemplate();
      assertThat(template.server()).isEqualTo(first.server());
      assertThat(template.connections()).isEqualTo(4);
      assertThat(bench.plane().templates(false)).isEmpty();
      for (int n = 0; n < 4; n++) {
        bench.plane().age("connections", tuple(kind, client(kind, n), 4000 + n), 1000);
      }
      bench.plane().sweep();
      assertThat(onlyTemplate().connections()).as(kind + ", released").isZero();
      bench.plane().age(onlyTemplate(), SECONDS + 1);
      bench.plane().sweep();
      assertThat(bench.plane().templates(true)).isEmpty();
    }
  }

  /** More clients than templates has entries: none of them goes beyond its SYN. */
  @Test
  void shouldServeAndBindNewClientsDuringAFloodOfSyns() {
    for (Worlds.Kind kind : KINDS) {
      persist(kind, kind.version() == 4 ? 32 : 128);
      for (int n = 0; n < 2 * DataPlane.TEMPLATES; n++) {
        assertThat(fromClient(kind, client(kind, n), 5000, Tcp.SYN)).as(kind + ", client " + n).isNotEqualTo(Expectation.Verdict.DROP);
      }
      InetAddress client = client(kind, 3 * DataPlane.TEMPLATES);
      Conn first = establish(kind, client, 5001);
      for (int n = 0; n < 2 * DataPlane.TEMPLATES; n++) {
        fromClient(kind, client(kind, n), 5002, Tcp.SYN);
      }
      for (int n = 0; n < 3; n++) {
        assertThat(establish(kind, client, 5003 + n).server()).as(kind.toString()).isEqualTo(first.server());
      }
      assertThat(bench.plane().templates(true)).hasSize(1);
      expire(kind, client, 5001, 5003, 5004, 5005);
      bench.plane().age(onlyTemplate(), SECONDS + 1);
      bench.plane().sweep();
    }
  }

  /** A full table binds no further client for good, but serves it, and its next connections find the same server. */
  @Test
  void shouldServeAPersistentClientThoughTheTableOfTemplatesIsFull() {
    persist(NAT4, 32);
    for (int n = 0; n < DataPlane.TEMPLATES; n++) {
      establish(NAT4, client(NAT4, n), 5100);
    }
    InetAddress client = client(NAT4, DataPlane.TEMPLATES);
    Conn late = establish(NAT4, client, 5101);
    assertThat(late.flags() & ConnFlag.TEMPLATE_HELD.value()).isZero();
    assertThat(bench.plane().templates(true)).hasSize(DataPlane.TEMPLATES);
    assertThat(establish(NAT4, client, 5102).server()).isEqualTo(late.server());
    assertThat(establish(NAT4, client, 5103).server()).isEqualTo(late.server());
  }

  /** ipvsadm -E with another -M, or without -p, while connections are open. */
  @Test
  void shouldReleaseTheTemplateThatItHoldsThoughTheServiceWasEdited() {
    for (Worlds.Kind kind : KINDS) {
      int prefix = kind.version() == 4 ? 24 : 64;
      persist(kind, prefix);
      establish(kind, client(kind, 1300), 5200);
      establish(kind, client(kind, 1301), 5201);
      assertThat(onlyTemplate().connections()).isEqualTo(2);
      edit(kind, prefix - 20, ServiceFlag.IN_USE.value() | ServiceFlag.PERSISTENT.value());
      expire(kind, client(kind, 1300), 5200);
      assertThat(onlyTemplate().connections()).as(kind + ", another mask").isEqualTo(1);
      edit(kind, prefix, ServiceFlag.IN_USE.value());
      expire(kind, client(kind, 1301), 5201);
      assertThat(onlyTemplate().connections()).as(kind + ", no persistence").isZero();
      bench.plane().age(onlyTemplate(), SECONDS + 1);
      bench.plane().sweep();
    }
  }

  /** Its older connections still hold the template when it is bound to another server. */
  @Test
  void shouldKeepHoldsWhenTheServerIsGone() {
    persist(NAT4, 32);
    Conn first = establish(NAT4, client(NAT4, 0), 5300);
    long flags = (long) first.server() * Server.LAYOUT.size() + Server.LAYOUT.offset("flags");
    bench.plane().array("servers").putInt(flags, 0);
    bench.plane().array("servers").putInt((long) first.server() * Server.LAYOUT.size() + Server.LAYOUT.offset("weight"), 0);
    Conn second = establish(NAT4, client(NAT4, 0), 5301);
    assertThat(second.server()).isNotEqualTo(first.server());
    assertThat(onlyTemplate().server()).isEqualTo(second.server());
    assertThat(onlyTemplate().connections()).isEqualTo(2);
    expire(NAT4, client(NAT4, 0), 5300);
    assertThat(onlyTemplate().connections()).isEqualTo(1);
  }
}
