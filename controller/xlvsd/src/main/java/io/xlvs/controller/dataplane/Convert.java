// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Family;
import io.xlvs.bpf.Flags;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.Pick;
import io.xlvs.bpf.ServiceFlag;
import io.xlvs.bpf.State;
import io.xlvs.bpf.SysctlFlag;
import io.xlvs.bpf.WireAddress;
import io.xlvs.controller.schedule.Ring;
import io.xlvs.controller.service.AddressFamily;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Sysctl;
import io.xlvs.controller.service.Sysctls;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.TunnelType;
import io.xlvs.controller.service.VirtualService;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;

/** The model's words in the data plane's, and back. */
final class Convert {
  private static final int HASH_PORT_BIT = SchedulerFlag.FLAG_2.bit();
  private static final int FALLBACK_BIT = SchedulerFlag.FLAG_1.bit();

  /** RFC 9260's longest retransmission timeout, and a second. */
  private static final int SCTP_MAX_RTO_SECONDS = 61;

  /** States of SCTP that last otherwise. */
  private static final Map<State, Integer> SCTP_SECONDS =
      Map.of(State.SCTP_NONE, 2, State.SCTP_INIT1, 4, State.SCTP_REJECTED, 4, State.SCTP_ESTABLISHED, 900);

  private Convert() {}

  static WireAddress wire(IpAddress address) {
    return address.isIpv4()
        ? WireAddress.ofIpv4((int) address.lowBits())
        : WireAddress.ofIpv6(address.highBits(), address.lowBits());
  }

  static IpAddress address(WireAddress address, Family family) {
    return IpAddress.ofBytes(address.bytes(family));
  }

  /** A service's VIP; of a mark the mark, as the number of an IPv4 address whatever the family. */
  static WireAddress vip(ServiceKey key) {
    return key instanceof ServiceKey.FirewallMark mark
        ? WireAddress.ofIpv4((int) mark.mark())
        : wire(((ServiceKey.Endpoint) key).address());
  }

  static Family family(AddressFamily family) {
    return family == AddressFamily.IPV4 ? Family.IPV4 : Family.IPV6;
  }

  static Protocol protocol(int number) {
    for (Protocol protocol : Protocol.values()) {
      if (protocol.number() == number) {
        return protocol;
      }
    }
    throw new IllegalArgumentException("no such transport protocol: " + number);
  }

  static Method method(ForwardingMethod method) {
    return switch (method) {
      case NAT -> Method.NAT;
      case DR -> Method.DR;
      case TUN -> Method.TUN;
      case FULLNAT -> Method.FULLNAT;
    };
  }

  static ForwardingMethod method(Method method) {
    return switch (method) {
      case NAT -> ForwardingMethod.NAT;
      case DR -> ForwardingMethod.DR;
      case TUN -> ForwardingMethod.TUN;
      case FULLNAT -> ForwardingMethod.FULLNAT;
    };
  }

  static io.xlvs.bpf.Tunnel tunnel(TunnelType type) {
    return switch (type) {
      case IPIP -> io.xlvs.bpf.Tunnel.IPIP;
      case GUE -> io.xlvs.bpf.Tunnel.GUE;
      case GRE -> io.xlvs.bpf.Tunnel.GRE;
    };
  }

  static Pick pick(Ring.Pick pick) {
    return switch (pick) {
      case NEXT -> Pick.NEXT;
      case SOURCE_HASH -> Pick.SH;
      case MAGLEV_HASH -> Pick.MH;
      case LEAST_CONNECTION -> Pick.WLC;
      case SHORTEST_EXPECTED_DELAY -> Pick.SED;
      case NEVER_QUEUE -> Pick.NQ;
      case DESTINATION_HASH -> Pick.DH;
      case FAILOVER -> Pick.FO;
      case OVERFLOW -> Pick.OVF;
      case TWO_CHOICES -> Pick.TWOS;
      case LOCALITY_BASED -> Pick.LBLC;
      case LOCALITY_BASED_REPLICATION -> Pick.LBLCR;
    };
  }

  static ConnectionState state(State state) {
    return ConnectionState.valueOf(state.name());
  }

  static int flags(VirtualService service) {
    int schedulerBits = 0;
    for (SchedulerFlag flag : service.schedulerFlags()) {
      schedulerBits |= flag.bit();
    }
    boolean hashes = service.scheduler().equals("sh") || service.scheduler().equals("mh");
    int flags = ServiceFlag.IN_USE.value();
    if (service.key() instanceof ServiceKey.Endpoint endpoint) {
      flags |= endpoint.port() == 0 ? ServiceFlag.ANY_PORT.value() : 0;
    } else {
      flags |= ServiceFlag.ANY_PORT.value() | ServiceFlag.MARK.value();
    }
    flags |= service.isPersistent() ? ServiceFlag.PERSISTENT.value() : 0;
    flags |= service.isPersistent() && service.persistenceEngine().equals("sip") ? ServiceFlag.SIP.value() : 0;
    flags |= service.onePacket() ? ServiceFlag.ONE_PACKET.value() : 0;
    flags |= hashes && (schedulerBits & HASH_PORT_BIT) != 0 ? ServiceFlag.HASH_PORT.value() : 0;
    flags |= service.isRingFirst() ? ServiceFlag.RING_FIRST.value() : 0;
    flags |= hashes && (schedulerBits & FALLBACK_BIT) != 0 ? ServiceFlag.FALLBACK.value() : 0;
    return flags;
  }

  static int tunnelFlags(io.xlvs.controller.service.Tunnel tunnel) {
    return switch (tunnel.checksum()) {
      case NONE -> 0;
      case FULL -> Flags.of(io.xlvs.bpf.TunnelFlag.CHECKSUM);
      case REMOTE -> throw new IllegalArgumentException("remote checksum offload is not supported");
    };
  }

  /** Which bits of a client's address count for persistence. */
  static WireAddress persistenceMask(VirtualService service) {
    if (!service.isPersistent()) {
      return WireAddress.ZERO;
    }
    if (service.key().family() == AddressFamily.IPV4) {
      return wire(IpAddress.ofIpv4(service.persistenceNetmask()));
    }
    byte[] mask = new byte[16];
    int prefix = service.persistencePrefixLength();
    Arrays.fill(mask, 0, prefix / 8, (byte) 0xff);
    if (prefix % 8 != 0) {
      mask[prefix / 8] = (byte) (0xff00 >> prefix % 8);
    }
    return WireAddress.of(mask);
  }

  /** What the kernel's programs are told of net.ipv4.vs. */
  static int sysctlFlags(Sysctls sysctls) {
    int flags = 0;
    flags |= sysctls.number(Sysctl.SLOPPY_TCP) != 0 ? SysctlFlag.SLOPPY_TCP.value() : 0;
    flags |= sysctls.number(Sysctl.SLOPPY_SCTP) != 0 ? SysctlFlag.SLOPPY_SCTP.value() : 0;
    flags |= sysctls.number(Sysctl.EXPIRE_NODEST_CONN) != 0 ? SysctlFlag.EXPIRE_NODEST.value() : 0;
    flags |= sysctls.number(Sysctl.EXPIRE_QUIESCENT_TEMPLATE) != 0 ? SysctlFlag.EXPIRE_QUIESCENT.value() : 0;
    flags |= sysctls.number(Sysctl.CONN_REUSE_MODE) != 0 ? SysctlFlag.REUSE.value() : 0;
    flags |= (sysctls.number(Sysctl.CONN_REUSE_MODE) & 2) != 0 ? SysctlFlag.REUSE_FIN_WAIT.value() : 0;
    flags |= sysctls.number(Sysctl.NAT_ICMP_SEND) != 0 ? SysctlFlag.NAT_ICMP.value() : 0;
    return flags;
  }

  /** Seconds in each state: ip_vs_proto_tcp.c, ip_vs_proto_udp.c and ip_vs_proto_sctp.c, with the three that ipvsadm sets. */
  static Map<State, Integer> timeoutSeconds(Timeouts timeouts) {
    Map<State, Integer> seconds = new EnumMap<>(State.class);
    seconds.put(State.NONE, 2);
    seconds.put(State.ESTABLISHED, timeouts.tcpSeconds());
    seconds.put(State.SYN_SENT, 120);
    seconds.put(State.SYN_RECV, 60);
    seconds.put(State.FIN_WAIT, timeouts.tcpFinSeconds());
    seconds.put(State.TIME_WAIT, 120);
    seconds.put(State.CLOSE, 10);
    seconds.put(State.CLOSE_WAIT, 60);
    seconds.put(State.LAST_ACK, 30);
    seconds.put(State.LISTEN, 120);
    seconds.put(State.SYNACK, 120);
    seconds.put(State.UDP, timeouts.udpSeconds());
    for (State state : EnumSet.range(State.SCTP_NONE, State.SCTP_CLOSED)) {
      seconds.put(state, SCTP_SECONDS.getOrDefault(state, SCTP_MAX_RTO_SECONDS));
    }
    return seconds;
  }
}
