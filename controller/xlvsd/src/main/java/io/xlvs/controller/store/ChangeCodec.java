// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import io.xlvs.controller.service.AddressFamily;
import io.xlvs.controller.service.AddressPool;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.MarkRule;
import io.xlvs.controller.service.MarkRuleKey;
import io.xlvs.controller.service.PortRange;
import io.xlvs.controller.service.Prefix;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Sysctl;
import io.xlvs.controller.service.Sysctls;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.Tunnel;
import io.xlvs.controller.service.TunnelChecksum;
import io.xlvs.controller.service.TunnelType;
import io.xlvs.controller.service.VirtualService;
import io.xlvs.store.v1.StoredChange;
import io.xlvs.store.v1.StoredChecksum;
import io.xlvs.store.v1.StoredMarkRule;
import io.xlvs.store.v1.StoredMethod;
import io.xlvs.store.v1.StoredPortRange;
import io.xlvs.store.v1.StoredProtocol;
import io.xlvs.store.v1.StoredServer;
import io.xlvs.store.v1.StoredService;
import io.xlvs.store.v1.StoredSysctl;
import io.xlvs.store.v1.StoredTimeouts;
import io.xlvs.store.v1.StoredTunnelType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Changes of the configuration to bytes and back. */
final class ChangeCodec {
  private ChangeCodec() {}

  /**
   * A StoredChange from one configuration to one that follows it: a service that is the same object has not changed, and new services come
   * after all others.
   *
   * @param time when it was made, if that is known
   */
  static byte[] encode(Configuration before, Configuration after, Optional<Instant> time) {
    StoredChange.Builder head = StoredChange.newBuilder()
        .setRevision(after.revision())
        .setUnixMillis(time.map(Instant::toEpochMilli).orElse(0L))
        .setTimeouts(encode(after.timeouts()))
        .addAllSysctls(after.sysctls().changed().entrySet().stream()
            .map(sysctl -> StoredSysctl.newBuilder().setName(sysctl.getKey().text()).setValue(sysctl.getValue()).build())
            .toList())
        .addAllMarkRules(after.markRules().values().stream().map(ChangeCodec::encode).toList());
    // Service by service: a million servers as messages would take ten times the memory of their bytes.
    List<byte[]> services = new ArrayList<>();
    after.services().compare(
        before.services(),
        (key, gone) -> head.addDeleted(encode(key)),
        (key, service) -> {
          if (before.service(key).filter(was -> was.createRevision() != service.createRevision()).isPresent()) {
            head.addDeleted(encode(key));
          }
          services.add(encode(service).toByteArray());
        });
    return join(head.build(), services);
  }

  private static byte[] join(StoredChange head, List<byte[]> services) {
    int size = head.getSerializedSize();
    for (byte[] service : services) {
      size = Math.addExact(size, CodedOutputStream.computeByteArraySize(StoredChange.SERVICES_FIELD_NUMBER, service));
    }
    byte[] message = new byte[size];
    CodedOutputStream out = CodedOutputStream.newInstance(message);
    try {
      head.writeTo(out);
      for (byte[] service : services) {
        out.writeByteArray(StoredChange.SERVICES_FIELD_NUMBER, service);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a change of " + size + " bytes does not fit its own size", e);
    }
    out.checkNoSpaceLeft();
    return message;
  }

  /** A configuration while changes are read into it. */
  static final class Replay {
    private final Map<ServiceKey, VirtualService> services = new LinkedHashMap<>();
    private final List<MarkRule> markRules = new ArrayList<>();
    private final AddressPool addresses = new AddressPool();
    private Timeouts timeouts = Timeouts.DEFAULT;
    private Sysctls sysctls = Sysctls.DEFAULT;
    private long revision;
    private Optional<Instant> time = Optional.empty();
    private long servers;

    /**
     * Takes the next change.
     *
     * @throws IOException if it is no message
     * @throws IllegalArgumentException if a value in it cannot be
     */
    void take(byte[] change) throws IOException {
      time = Optional.empty();
      markRules.clear();
      sysctls = Sysctls.DEFAULT;
      CodedInputStream in = CodedInputStream.newInstance(change);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case StoredChange.REVISION_FIELD_NUMBER -> revision = in.readUInt64();
          case StoredChange.TIMEOUTS_FIELD_NUMBER -> timeouts = decode(read(in, StoredTimeouts.parser()));
          case StoredChange.UNIX_MILLIS_FIELD_NUMBER -> time = decodeTime(in.readInt64());
          case StoredChange.DELETED_FIELD_NUMBER -> gone(services.remove(decodeKey(read(in, StoredService.parser()))));
          case StoredChange.SERVICES_FIELD_NUMBER -> put(decode(read(in, StoredService.parser()), addresses));
          case StoredChange.SYSCTLS_FIELD_NUMBER -> put(read(in, StoredSysctl.parser()));
          case StoredChange.MARK_RULES_FIELD_NUMBER -> markRules.add(decode(read(in, StoredMarkRule.parser())));
          default -> in.skipField(tag);
        }
      }
    }

    private static <T extends MessageLite> T read(CodedInputStream in, Parser<T> parser) throws IOException {
      return in.readMessage(parser, ExtensionRegistryLite.getEmptyRegistry());
    }

    private void put(VirtualService service) {
      servers += service.servers().size();
      gone(services.put(service.key(), service));
    }

    private void gone(VirtualService service) {
      servers -= service == null ? 0 : service.servers().size();
    }

    private static Optional<Instant> decodeTime(long unixMillis) {
      return unixMillis == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(unixMillis));
    }

    /** What is known so far, in short. */
    KeptRevision summary() {
      return new KeptRevision(revision, time, services.size(), servers);
    }

    private void put(StoredSysctl stored) {
      Sysctl sysctl = Sysctl.byName(stored.getName())
          .orElseThrow(() -> new IllegalArgumentException("unknown sysctl \"" + stored.getName() + "\""));
      sysctls = sysctls.with(sysctl, sysctl.check(stored.getValue()));
    }

    Configuration configuration() {
      return Configuration.of(revision, timeouts, sysctls, services.values(), markRules);
    }
  }

  private static StoredTimeouts encode(Timeouts timeouts) {
    return StoredTimeouts.newBuilder()
        .setTcp(timeouts.tcpSeconds()).setTcpFin(timeouts.tcpFinSeconds()).setUdp(timeouts.udpSeconds()).build();
  }

  private static Timeouts decode(StoredTimeouts timeouts) {
    return new Timeouts(timeouts.getTcp(), timeouts.getTcpFin(), timeouts.getUdp());
  }

  private static StoredService encode(VirtualService service) {
    StoredService.Builder stored = encode(service.key())
        .setScheduler(service.scheduler())
        .setPersistenceTimeoutSeconds(service.persistenceTimeoutSeconds())
        .setPersistenceNetmask(service.persistenceNetmask())
        .setPersistencePrefixLength(service.persistencePrefixLength())
        .setPersistenceEngine(service.persistenceEngine())
        .setOnePacket(service.onePacket())
        .setCreateRevision(service.createRevision())
        .setRevision(service.revision());
    if (!service.timeouts().equals(Timeouts.NONE)) {
      stored.setTimeouts(encode(service.timeouts()));
    }
    service.schedulerFlags().stream().sorted().map(SchedulerFlag::text).forEach(stored::addSchedulerFlags);
    for (RealServer server : service.servers()) {
      stored.addServers(encode(server));
    }
    for (IpAddress address : service.localAddresses()) {
      stored.addLocalAddresses(encode(address));
    }
    return stored.build();
  }

  /** A service with nothing but its identity. */
  private static StoredService.Builder encode(ServiceKey key) {
    StoredService.Builder stored = StoredService.newBuilder();
    if (key instanceof ServiceKey.Endpoint endpoint) {
      stored.setProtocol(encode(endpoint.protocol())).setAddress(encode(endpoint.address())).setPort(endpoint.port());
    } else if (key instanceof ServiceKey.FirewallMark mark) {
      stored.setFirewallMark((int) mark.mark()).setIpv6(mark.family() == AddressFamily.IPV6);
    }
    return stored;
  }

  private static VirtualService decode(StoredService stored, AddressPool addresses) {
    List<RealServer> servers = new ArrayList<>(stored.getServersCount());
    for (StoredServer server : stored.getServersList()) {
      servers.add(decode(server, addresses));
    }
    Set<SchedulerFlag> flags = EnumSet.noneOf(SchedulerFlag.class);
    for (String text : stored.getSchedulerFlagsList()) {
      flags.add(SchedulerFlag.byText(text).orElseThrow(() -> new IllegalArgumentException("unknown scheduler flag \"" + text + "\"")));
    }
    return new VirtualService(decodeKey(stored), stored.getScheduler(), flags, stored.getPersistenceTimeoutSeconds(),
        stored.getPersistenceNetmask(), stored.getPersistencePrefixLength(), stored.getPersistenceEngine(), stored.getOnePacket(),
        stored.hasTimeouts() ? decode(stored.getTimeouts()) : Timeouts.NONE, servers,
        stored.getLocalAddressesList().stream().map(ChangeCodec::decode).toList(), stored.getCreateRevision(), stored.getRevision());
  }

  private static ServiceKey decodeKey(StoredService stored) {
    if (stored.getFirewallMark() != 0) {
      return new ServiceKey.FirewallMark(
          stored.getIpv6() ? AddressFamily.IPV6 : AddressFamily.IPV4, Integer.toUnsignedLong(stored.getFirewallMark()));
    }
    return new ServiceKey.Endpoint(decode(stored.getProtocol()), decode(stored.getAddress()), stored.getPort());
  }

  private static StoredMarkRule encode(MarkRule rule) {
    Prefix destination = rule.key().destination();
    return StoredMarkRule.newBuilder()
        .setFirewallMark((int) rule.key().mark())
        .setAddress(encode(destination.address()))
        .setPrefixLength(destination.length())
        .addAllTcpPorts(rule.tcpPorts().stream().map(ChangeCodec::encode).toList())
        .addAllUdpPorts(rule.udpPorts().stream().map(ChangeCodec::encode).toList())
        .addAllSctpPorts(rule.sctpPorts().stream().map(ChangeCodec::encode).toList())
        .setRevision(rule.revision())
        .build();
  }

  private static MarkRule decode(StoredMarkRule stored) {
    Prefix destination = new Prefix(decode(stored.getAddress()), stored.getPrefixLength());
    return new MarkRule(new MarkRuleKey(Integer.toUnsignedLong(stored.getFirewallMark()), destination),
        stored.getTcpPortsList().stream().map(ChangeCodec::decode).toList(),
        stored.getUdpPortsList().stream().map(ChangeCodec::decode).toList(),
        stored.getSctpPortsList().stream().map(ChangeCodec::decode).toList(), stored.getRevision());
  }

  private static StoredPortRange encode(PortRange range) {
    return StoredPortRange.newBuilder().setFirst(range.first()).setLast(range.last()).build();
  }

  private static PortRange decode(StoredPortRange stored) {
    return new PortRange(stored.getFirst(), stored.getLast());
  }

  private static StoredServer encode(RealServer server) {
    return StoredServer.newBuilder()
        .setAddress(encode(server.address()))
        .setPort(server.port())
        .setMethod(encode(server.method()))
        .setWeight(server.weight())
        .setLastWeight(server.lastWeight())
        .setUpperThreshold(server.upperThreshold())
        .setLowerThreshold(server.lowerThreshold())
        .setTunnelType(encode(server.tunnel().type()))
        .setTunnelPort(server.tunnel().port())
        .setTunnelChecksum(encode(server.tunnel().checksum()))
        .setRevision(server.revision())
        .build();
  }

  private static RealServer decode(StoredServer stored, AddressPool addresses) {
    Tunnel tunnel = new Tunnel(decode(stored.getTunnelType()), stored.getTunnelPort(), decode(stored.getTunnelChecksum()));
    return new RealServer(addresses.shared(decode(stored.getAddress())), stored.getPort(), decode(stored.getMethod()), stored.getWeight(),
        stored.getLastWeight(), stored.getUpperThreshold(), stored.getLowerThreshold(),
        tunnel.equals(Tunnel.DEFAULT) ? Tunnel.DEFAULT : tunnel, stored.getRevision());
  }

  private static ByteString encode(IpAddress address) {
    return UnsafeByteOperations.unsafeWrap(address.toBytes());
  }

  private static IpAddress decode(ByteString address) {
    return IpAddress.ofBytes(address.toByteArray());
  }

  private static StoredProtocol encode(Protocol protocol) {
    return switch (protocol) {
      case TCP -> StoredProtocol.STORED_PROTOCOL_TCP;
      case UDP -> StoredProtocol.STORED_PROTOCOL_UDP;
      case SCTP -> StoredProtocol.STORED_PROTOCOL_SCTP;
    };
  }

  private static Protocol decode(StoredProtocol stored) {
    return switch (stored) {
      case STORED_PROTOCOL_TCP -> Protocol.TCP;
      case STORED_PROTOCOL_UDP -> Protocol.UDP;
      case STORED_PROTOCOL_SCTP -> Protocol.SCTP;
      case STORED_PROTOCOL_UNSPECIFIED, UNRECOGNIZED -> throw unknown("protocol", stored);
    };
  }

  private static StoredMethod encode(ForwardingMethod method) {
    return switch (method) {
      case NAT -> StoredMethod.STORED_METHOD_NAT;
      case DR -> StoredMethod.STORED_METHOD_DR;
      case TUN -> StoredMethod.STORED_METHOD_TUN;
      case FULLNAT -> StoredMethod.STORED_METHOD_FULLNAT;
    };
  }

  private static ForwardingMethod decode(StoredMethod stored) {
    return switch (stored) {
      case STORED_METHOD_NAT -> ForwardingMethod.NAT;
      case STORED_METHOD_DR -> ForwardingMethod.DR;
      case STORED_METHOD_TUN -> ForwardingMethod.TUN;
      case STORED_METHOD_FULLNAT -> ForwardingMethod.FULLNAT;
      case STORED_METHOD_UNSPECIFIED, UNRECOGNIZED -> throw unknown("method", stored);
    };
  }

  private static StoredTunnelType encode(TunnelType type) {
    return switch (type) {
      case IPIP -> StoredTunnelType.STORED_TUNNEL_TYPE_IPIP;
      case GUE -> StoredTunnelType.STORED_TUNNEL_TYPE_GUE;
      case GRE -> StoredTunnelType.STORED_TUNNEL_TYPE_GRE;
    };
  }

  private static TunnelType decode(StoredTunnelType stored) {
    return switch (stored) {
      case STORED_TUNNEL_TYPE_IPIP -> TunnelType.IPIP;
      case STORED_TUNNEL_TYPE_GUE -> TunnelType.GUE;
      case STORED_TUNNEL_TYPE_GRE -> TunnelType.GRE;
      case STORED_TUNNEL_TYPE_UNSPECIFIED, UNRECOGNIZED -> throw unknown("tunnel type", stored);
    };
  }

  private static StoredChecksum encode(TunnelChecksum checksum) {
    return switch (checksum) {
      case NONE -> StoredChecksum.STORED_CHECKSUM_NONE;
      case FULL -> StoredChecksum.STORED_CHECKSUM_FULL;
      case REMOTE -> StoredChecksum.STORED_CHECKSUM_REMOTE;
    };
  }

  private static TunnelChecksum decode(StoredChecksum stored) {
    return switch (stored) {
      case STORED_CHECKSUM_NONE -> TunnelChecksum.NONE;
      case STORED_CHECKSUM_FULL -> TunnelChecksum.FULL;
      case STORED_CHECKSUM_REMOTE -> TunnelChecksum.REMOTE;
      case STORED_CHECKSUM_UNSPECIFIED, UNRECOGNIZED -> throw unknown("tunnel checksum", stored);
    };
  }

  private static IllegalArgumentException unknown(String what, Enum<?> stored) {
    return new IllegalArgumentException("unknown " + what + " " + stored);
  }
}
