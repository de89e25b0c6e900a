// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import io.xlvs.bpf.Abi;
import io.xlvs.bpf.AddressFilter;
import io.xlvs.bpf.Bucket;
import io.xlvs.bpf.Control;
import io.xlvs.bpf.Device;
import io.xlvs.bpf.Endpoint;
import io.xlvs.bpf.EndpointHash;
import io.xlvs.bpf.EndpointKind;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.Flags;
import io.xlvs.bpf.LocalAddress;
import io.xlvs.bpf.MacAddress;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.NextHop;
import io.xlvs.bpf.NextHopFlag;
import io.xlvs.bpf.Pick;
import io.xlvs.bpf.Region;
import io.xlvs.bpf.RingLine;
import io.xlvs.bpf.Server;
import io.xlvs.bpf.ServerFlag;
import io.xlvs.bpf.Service;
import io.xlvs.bpf.ServiceFlag;
import io.xlvs.bpf.State;
import io.xlvs.bpf.SysctlFlag;
import io.xlvs.bpf.TableMemory;
import io.xlvs.bpf.Tunnel;
import io.xlvs.bpf.TunnelFlag;
import io.xlvs.bpf.WireAddress;
import io.xlvs.loader.map.Codecs;
import io.xlvs.loader.map.MappedArray;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** A minimal controller: writes a {@link World} into the maps by the words of xlvs_abi.h, once, with no traffic. */
final class Configurator {
  /** Of FTP's control connections. */
  static final int FTP_PORT = 21;

  private static final int GENERATION = 1;

  private final DataPlane plane;
  private final Set<Endpoint> endpoints = new HashSet<>();
  private final Set<Integer> indices = new HashSet<>();
  private int ringLine;
  private int nextHop = Abi.CLIENT_HOPS;
  private int localAddress;

  Configurator(DataPlane plane) {
    this.plane = plane;
  }

  void configure(World world, Lab lab) {
    for (State state : State.values()) {
      plane.array("control").putInt(Control.timeout(state), 900 * DataPlane.JIFFIES_PER_SECOND);
    }
    MappedArray control = plane.array("control");
    control.putInt(Control.SYSCTLS, Flags.of(SysctlFlag.REUSE));
    control.putInt(Control.LBLC_EXPIRATION, 24 * 3600 * DataPlane.JIFFIES_PER_SECOND);
    control.putInt(Control.LBLCR_EXPIRATION, 24 * 3600 * DataPlane.JIFFIES_PER_SECOND);
    for (int port : new int[] {lab.uplink, lab.inside}) {
      plane.collection().map("tx_ports", Codecs.U32, Codecs.U32).update(port, port);
    }
    device(lab.uplink, new Device(lab.uplink, Lab.JUMBO_MTU, 0, 0));
    device(lab.inside, new Device(lab.inside, Lab.JUMBO_MTU, 0, 0));
    device(lab.tagged, new Device(lab.uplink, Lab.JUMBO_MTU, 0, Lab.CLIENT_TAG));
    device(lab.narrow, new Device(lab.uplink, Lab.NARROW_MTU, 0, Lab.NARROW_TAG));
    control.putInt(Control.FTP_PORTS, Short.toUnsignedInt(Short.reverseBytes((short) FTP_PORT)));
    for (World.VirtualService service : world.services()) {
      add(service, world);
    }
  }

  private static boolean isFtp(World.VirtualService service) {
    return service.port() == FTP_PORT && service.protocol() == Protocol.TCP;
  }

  private void device(int ifindex, Device device) {
    plane.collection().map("devices", Codecs.U32, Device.CODEC).update(ifindex, device);
  }

  private void add(World.VirtualService service, World world) {
    boolean marked = world.isMarked(service);
    if (indices.add(service.index())) {
      service.ring().forEach(server -> add(service, server));
      addRecord(service, marked, world.localPortFirst());
    }
    for (World.RealServer server : service.ring()) {
      if (server.method() == Method.NAT) {
        int port = server.port() != 0 || marked ? server.port() : service.port();
        insert(server.address(), port, service.protocol(), EndpointKind.SERVER, 0);
        if (isFtp(service)) {
          insert(server.address(), 0, service.protocol(), EndpointKind.SERVER, 0);
        }
      }
    }
    insert(service.vip(), service.port(), service.protocol(), EndpointKind.SERVICE, service.index());
    insert(service.vip(), 0, 0, EndpointKind.VIP, 0);
  }

  private void addRecord(World.VirtualService service, boolean marked, int firstPort) {
    boolean anyPort = marked || service.port() == 0;
    int flags = Flags.of(ServiceFlag.IN_USE) | (anyPort ? Flags.of(ServiceFlag.ANY_PORT) : 0)
        | (marked ? Flags.of(ServiceFlag.MARK) : 0) | (isFtp(service) ? Flags.of(ServiceFlag.FTP) : 0);
    Service value =
        new Service(
            addRing(service), addLocalAddresses(service, firstPort),
            marked ? WireAddress.ofIpv4(World.mark(service)) : wire(service.vip()), marked ? 0 : service.port(),
            marked ? 0 : service.protocol(), family(service.vip()), flags, Pick.NEXT, GENERATION, 0, WireAddress.ZERO, 0, 0,
            0);
    plane.put("services", service.index(), Service.CODEC, value);
    if (anyPort || isFtp(service)) {
      MappedArray control = plane.array("control");
      control.putInt(Control.ANY_PORT, control.getInt(Control.ANY_PORT) + 1);
    }
  }

  private Region addRing(World.VirtualService service) {
    int start = ringLine * RingLine.ENTRIES;
    for (int n = 0; n < service.ring().size(); n++) {
      plane.array("rings").putInt(4L * (start + n), service.ring().get(n).index());
    }
    ringLine += (service.ring().size() + RingLine.ENTRIES - 1) / RingLine.ENTRIES;
    return new Region(start, service.ring().size());
  }

  private Region addLocalAddresses(World.VirtualService service, int firstPort) {
    int start = localAddress;
    for (InetAddress local : service.localAddresses()) {
      LocalAddress value = new LocalAddress(wire(local), family(local), firstPort);
      plane.put("local_addresses", localAddress++, LocalAddress.CODEC, value);
      insert(local, 0, 0, EndpointKind.LOCAL, 0);
    }
    return new Region(start, localAddress - start);
  }

  private void add(World.VirtualService service, World.RealServer server) {
    plane.put("next_hops", ++nextHop, NextHop.CODEC, hop(server));
    boolean tunnelled = server.method() == Method.TUN;
    Server value =
        new Server(
            wire(server.address()), server.port(), family(server.address()), server.method(),
            Flags.of(ServerFlag.AVAILABLE), nextHop, service.index(), GENERATION,
            tunnelled ? server.tunnel() : Tunnel.IPIP,
            server.tunnelChecksum() ? Flags.of(TunnelFlag.CHECKSUM) : 0,
            server.tunnelPort(), tunnelled ? wire(server.tunnelSource()) : WireAddress.ZERO, server.port(), 1, 0, 0);
    plane.put("servers", server.index(), Server.CODEC, value);
  }

  private static NextHop hop(World.RealServer server) {
    World.Hop hop = server.hop();
    return new NextHop(
        MacAddress.of(hop.destinationMac()), MacAddress.of(hop.sourceMac()), hop.ifindex(), hop.ifindex(),
        hop.mtu(), hop.resolved() ? Flags.of(NextHopFlag.RESOLVED) : 0, hop.vlan(), wire(server.address()),
        Optional.of(family(server.address())));
  }

  /** Into the bucket of the first hash, or, if that is full, of the second. */
  private void insert(InetAddress address, int port, int protocol, EndpointKind kind, int index) {
    Endpoint endpoint = new Endpoint(wire(address), port, protocol, kind, family(address), index);
    if (!endpoints.add(endpoint)) {
      return;
    }
    AddressFilter.admit(TableMemory.of(plane.array("control")), endpoint);
    long hash = EndpointHash.of(endpoint, DataPlane.SEED);
    int mask = DataPlane.BUCKETS - 1;
    if (insertInto((int) hash & mask, endpoint)) {
      return;
    }
    MappedArray table = plane.array("service_table");
    long overflow = (long) ((int) hash & mask) * table.strideBytes() + Bucket.LAYOUT.offset("overflow");
    table.putInt(overflow, table.getInt(overflow) + 1);
    if (!insertInto((int) (hash >>> 32) & mask, endpoint)) {
      throw new IllegalStateException("both buckets are full: choose another seed");
    }
  }

  private boolean insertInto(int bucket, Endpoint endpoint) {
    MappedArray table = plane.array("service_table");
    int size = Endpoint.LAYOUT.size();
    for (int way = 0; way < Bucket.WAYS; way++) {
      long at = (long) bucket * table.strideBytes() + way * size;
      byte[] present = new byte[size];
      table.getBytes(at, present);
      if (present[Endpoint.LAYOUT.offset("kind")] == 0) {
        table.putBytes(at, DataPlane.bytes(Endpoint.CODEC, endpoint));
        return true;
      }
    }
    return false;
  }

  static WireAddress wire(InetAddress address) {
    return WireAddress.of(address.getAddress());
  }

  static Family family(InetAddress address) {
    return World.version(address) == 4 ? Family.IPV4 : Family.IPV6;
  }
}
