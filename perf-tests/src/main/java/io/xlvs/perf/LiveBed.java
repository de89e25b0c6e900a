// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.loader.Bpf;
import io.xlvs.loader.link.Link;
import io.xlvs.loader.link.TcFilter;
import io.xlvs.loader.link.TcHook;
import io.xlvs.loader.link.Xdp;
import io.xlvs.loader.link.XdpMode;
import io.xlvs.loader.net.NetDevices;
import io.xlvs.loader.net.NetNs;
import java.util.ArrayList;
import java.util.List;

/**
 * Where one director forwards live frames: a network namespace of its own with the director's interface towards clients and
 * that towards real servers, each a veth device, and their peers, the far ends, where frames enter and where they are counted.
 *
 * <p>A veth device has a queue for each CPU and works on the CPU that sent: a frame is made, received, forwarded, received
 * again and counted on one CPU, so that one sending thread is a director on one core that also does the sending and the counting.
 */
final class LiveBed implements AutoCloseable {
  static final byte[] DIRECTOR_MAC = {2, 0, 0, 0, 1, 1};
  static final byte[] CLIENT_MAC = {2, 0, 0, 0, 1, (byte) 0xfe};
  static final byte[] SERVER_MAC = {2, 0, 0, 0, 2, 2};

  /** How packets come to the director. */
  enum Hook {
    /** As XDP frames. */
    XDP(1 << 18),
    /** As the stack's packets, through GRO, as a network card would deliver them. */
    TC(1 << 16);

    /** Frames of a burst from one CPU: some 30 ms of them. */
    final int frames;

    Hook(int frames) {
      this.frames = frames;
    }
  }

  private static final String SETUP =
      """
      set -e
      echo 1 >/proc/sys/net/ipv4/ip_forward
      echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
      ip -batch - <<'END'
      link set lo up
      link add front numrxqueues QUEUES numtxqueues QUEUES address 02:00:00:00:01:01 type veth peer name client numrxqueues QUEUES numtxqueues QUEUES address 02:00:00:00:01:fe
      link add back numrxqueues QUEUES numtxqueues QUEUES address 02:00:00:00:01:01 type veth peer name server numrxqueues QUEUES numtxqueues QUEUES address 02:00:00:00:02:02
      link set client addrgenmode none
      link set server addrgenmode none
      link set client up
      link set server up
      link set front up
      link set back up
      address add 172.16.0.1/24 dev front
      address add 172.17.0.1/24 dev back
      address add fd01::1/64 dev front nodad
      address add fd02::1/64 dev back nodad
      neigh add 172.16.0.254 lladdr 02:00:00:00:01:fe dev front nud permanent
      neigh add 172.17.0.254 lladdr 02:00:00:00:02:02 dev back nud permanent
      neigh add fd01::fe lladdr 02:00:00:00:01:fe dev front nud permanent
      neigh add fd02::fe lladdr 02:00:00:00:02:02 dev back nud permanent
      route add 10.4.0.0/16 via 172.16.0.254
      route add 10.2.0.0/16 via 172.17.0.254
      route add fd00::4:0:0/96 via fd01::fe
      route add fd00::2:0:0/96 via fd02::fe
      END
      """;

  /** A veth device takes XDP frames only where it has an XDP program or GRO. */
  private static final String TAKE_FRAMES = "ethtool -K front gro on; ethtool -K back gro on";

  private static final TcFilter FILTER = new TcFilter(1, 1);

  private final List<Link> links = new ArrayList<>();
  private final NetNs.Held namespace;
  private final LiveFrames frames;
  private final Hook hook;

  /** Index of the director's interface towards clients. */
  final int front;

  /** Index of the director's interface towards real servers. */
  final int back;

  /**
   * Makes it; the calling thread is in it only meanwhile.
   *
   * @param threads that will send
   */
  LiveBed(Hook hook, PinnedThreads threads) {
    this.hook = hook;
    try (NetNs entered = NetNs.enterNew()) {
      namespace = NetNs.hold();
      try {
        Lab.run("sh", "-c", SETUP.replace("QUEUES", Integer.toString(Bpf.possibleCpus())));
        front = NetDevices.indexOf("front");
        back = NetDevices.indexOf("back");
        frames = new LiveFrames(threads, NetDevices.indexOf("client"), NetDevices.indexOf("server"), back);
        receive(NetDevices.indexOf("client"), NetDevices.indexOf("server"));
      } catch (RuntimeException e) {
        namespace.close();
        throw e;
      }
    }
  }

  private void receive(int client, int server) {
    for (int end : new int[] {client, server}) {
      if (hook == Hook.XDP) {
        links.add(Xdp.attach(frames.countXdp(), end, XdpMode.NATIVE));
      } else {
        filter(end, frames.countTc());
      }
    }
    if (hook == Hook.TC) {
      Lab.run("sh", "-c", TAKE_FRAMES);
    }
  }

  private static void filter(int ifindex, io.xlvs.loader.Program program) {
    TcHook ingress = TcHook.of(ifindex, TcHook.Direction.INGRESS);
    ingress.create();
    ingress.attach(program, FILTER, false);
  }

  Hook hook() {
    return hook;
  }

  LiveFrames frames() {
    return frames;
  }

  /** Moves the calling thread there until the result is closed. */
  NetNs enter() {
    return namespace.enter();
  }

  /** Has a program of this bed's hook get what both interfaces of the director receive; for as long as the bed lives. */
  void attach(io.xlvs.loader.Program program) {
    try (NetNs entered = enter()) {
      for (int ifindex : new int[] {front, back}) {
        if (hook == Hook.XDP) {
          links.add(Xdp.attach(program, ifindex, XdpMode.NATIVE));
        } else {
          filter(ifindex, program);
        }
      }
    }
  }

  /** The kernel takes the devices, and what is attached to them, with the namespace. */
  @Override
  public void close() {
    links.forEach(Link::close);
    frames.close();
    namespace.close();
  }
}
