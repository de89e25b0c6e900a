// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.net;

import io.xlvs.controller.service.AddressFamily;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.loader.netlink.NetlinkRequest;
import io.xlvs.loader.netlink.NetlinkSocket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Questions to the kernel about its network, and requests to keep neighbours resolved. Safe for several threads. */
public final class Rtnetlink implements AutoCloseable {
  private static final int RTM_GETLINK = 18;
  private static final int RTM_NEWLINK = 16;
  private static final int RTM_GETROUTE = 26;
  private static final int RTM_NEWROUTE = 24;
  private static final int RTM_GETNEIGH = 30;
  private static final int RTM_NEWNEIGH = 28;
  private static final int RTM_NEWNETCONF = 80;
  private static final int RTM_GETNETCONF = 82;
  private static final int NETCONFA_IFINDEX = 1;
  private static final int NETCONFA_FORWARDING = 2;
  private static final int RTM_NEWTFILTER = 44;
  private static final int RTM_GETTFILTER = 46;
  private static final int RTA_DST = 1;
  private static final int NDA_DST = 1;
  private static final int NDA_FLAGS_EXT = 15;
  private static final int NTF_USE = 1;
  private static final int NTF_EXT_MANAGED = 1;

  /** TC_H_CLSACT with TC_H_MIN_INGRESS and TC_H_MIN_EGRESS: linux/pkt_sched.h. */
  private static final int[] CLSACT_PARENTS = {0xfffffff2, 0xfffffff3};

  private final NetlinkSocket socket;

  private Rtnetlink(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Opens a socket in the calling thread's network namespace; the caller closes it. */
  public static Rtnetlink open() {
    return new Rtnetlink(NetlinkSocket.forRequests());
  }

  /** All interfaces by index. */
  public synchronized Map<Integer, Link> links() {
    Map<Integer, Link> links = new LinkedHashMap<>();
    NetlinkRequest request = new NetlinkRequest(RTM_GETLINK, NetlinkRequest.DUMP);
    request.u8(Families.AF_UNSPEC).u8(0).u16(0).u32(0).u32(0).u32(0);
    socket.dump(
        request,
        message -> {
          if (message.type() == RTM_NEWLINK) {
            Link link = Link.parse(message);
            links.put(link.index(), link);
          }
        });
    return links;
  }

  /** Which interfaces forward packets of a family, by index; interfaces without that family are missing. */
  public synchronized Map<Integer, Boolean> forwarding(AddressFamily family) {
    Map<Integer, Boolean> forwarding = new HashMap<>();
    NetlinkRequest request = new NetlinkRequest(RTM_GETNETCONF, NetlinkRequest.DUMP).u8(Families.of(family));
    socket.dump(
        request,
        message -> {
          if (message.type() == RTM_NEWNETCONF) {
            var attributes = message.attributes(1);
            forwarding.put(attributes.u32(NETCONFA_IFINDEX).orElse(0), attributes.u32(NETCONFA_FORWARDING).orElse(0) != 0);
          }
        });
    return forwarding;
  }

  /** Hands over every IP neighbour. */
  public synchronized void neighbours(Consumer<Neighbour> visitor) {
    NetlinkRequest request = new NetlinkRequest(RTM_GETNEIGH, NetlinkRequest.DUMP);
    request.u8(Families.AF_UNSPEC).u8(0).u16(0).u32(0).u16(0).u8(0).u8(0);
    List<Neighbour> neighbours = new ArrayList<>();
    socket.dump(
        request,
        message -> {
          Neighbour neighbour = Neighbour.parse(message);
          if (neighbour != null) {
            neighbours.add(neighbour);
          }
        });
    neighbours.forEach(visitor);
  }

  /** The ways to these destinations as the kernel would take them now, policy rules included. */
  public synchronized Map<IpAddress, Route> routes(Collection<IpAddress> destinations) {
    List<NetlinkRequest> requests = new ArrayList<>(destinations.size());
    for (IpAddress destination : destinations) {
      NetlinkRequest request = new NetlinkRequest(RTM_GETROUTE, NetlinkRequest.GET);
      request.u8(Families.of(destination.family())).u8(destination.family().addressBits());
      request.u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u32(0);
      requests.add(request.attribute(RTA_DST, destination.toBytes()));
    }
    Map<IpAddress, Route> routes = new LinkedHashMap<>();
    var answers = socket.requestAll(requests).iterator();
    for (IpAddress destination : destinations) {
      var answer = answers.next();
      boolean known = answer.isPresent() && answer.get().type() == RTM_NEWROUTE;
      routes.put(destination, known ? Route.parse(answer.get()) : Route.NONE);
    }
    return routes;
  }

  /** Asks the kernel to resolve a neighbour and to keep it resolved, whether or not packets of its own go there. */
  public synchronized void keepResolved(int ifindex, IpAddress address) {
    socket.request(neighbour(ifindex, address, 0).attribute(NDA_FLAGS_EXT, NTF_EXT_MANAGED));
  }

  /** Whether an interface's clsact qdisc has any filter, of whatever program; false without such a qdisc. */
  public synchronized boolean hasClsactFilters(int ifindex) {
    boolean[] found = new boolean[1];
    for (int parent : CLSACT_PARENTS) {
      NetlinkRequest request = new NetlinkRequest(RTM_GETTFILTER, NetlinkRequest.DUMP);
      request.u8(Families.AF_UNSPEC).u8(0).u16(0).u32(ifindex).u32(0).u32(parent).u32(0);
      socket.dump(request, message -> found[0] |= message.type() == RTM_NEWTFILTER);
    }
    return found[0];
  }

  /** Asks the kernel to resolve a neighbour now and no longer to keep it resolved. */
  public synchronized void probe(int ifindex, IpAddress address) {
    socket.request(neighbour(ifindex, address, NTF_USE));
  }

  private static NetlinkRequest neighbour(int ifindex, IpAddress address, int flags) {
    NetlinkRequest request = new NetlinkRequest(RTM_NEWNEIGH, NetlinkRequest.SET);
    request.u8(Families.of(address.family())).u8(0).u16(0).u32(ifindex).u16(0).u8(flags).u8(0);
    return request.attribute(NDA_DST, address.toBytes());
  }

  @Override
  public synchronized void close() {
    socket.close();
  }
}
