// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.xlvs.controller.service.AddressFamily;
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
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.Tunnel;
import io.xlvs.controller.service.TunnelChecksum;
import io.xlvs.controller.service.TunnelType;
import io.xlvs.controller.service.VirtualService;
import io.xlvs.store.v1.StoredChecksum;
import io.xlvs.store.v1.StoredConfiguration;
import io.xlvs.store.v1.StoredMarkRule;
import io.xlvs.store.v1.StoredMethod;
import io.xlvs.store.v1.StoredPortRange;
import io.xlvs.store.v1.StoredProtocol;
import io.xlvs.store.v1.StoredServer;
import io.xlvs.store.v1.StoredService;
import io.xlvs.store.v1.StoredTimeouts;
import io.xlvs.store.v1.StoredTunnelType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Configuration to bytes and back. Remembers the bytes of every service it has encoded: a service that has not changed is the same object,
 * and with a million servers encoding them all again would cost more than writing them. One thread at a time.
 */
final class SnapshotCodec {
  private Map<VirtualService, byte[]> encoded = new IdentityHashMap<>();

  /** A StoredConfiguration; its fields are written one by one, since the services are bytes already. */
  byte[] encode(Configuration configuration) {
    Timeouts timeouts = configuration.timeouts();
    StoredConfiguration head = StoredConfiguration.newBuilder()
        .setRevision(configuration.revision())
        .setTimeouts(StoredTimeouts.newBuilder()
            .setTcp(timeouts.tcpSeconds())
            .setTcpFin(timeouts.tcpFinSeconds())
            .setUdp(timeouts.udpSeconds()))
        .addAllMarkRules(configuration.markRules().values().stream().map(SnapshotCodec::encode).toList())
        .build();
    Map<VirtualService, byte[]> next = new IdentityHashMap<>(configuration.services().size());
    int size = head.getSerializedSize();
    for (VirtualService service : configuration.services().values()) {
      byte[] known = encoded.get(service);
      byte[] bytes = known != null ? known : encode(service).toByteArray();
      next.put(service, bytes);
      size += CodedOutputStream.computeByteArraySize(StoredConfiguration.SERVICES_FIELD_NUMBER, bytes);
    }
    encoded = next;
    byte[] message = new byte[size];
    CodedOutputStream out = CodedOutputStream.newInstance(message);
    try {
      head.writeTo(out);
      for (VirtualService service : configuration.services().values()) {
        out.writeByteArray(StoredConfiguration.SERVICES_FIELD_NUMBER, next.get(service));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a configuration of " + size + " bytes does not fit its own size", e);
    }
    out.checkNoSpaceLeft();
    return message;
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws InvalidProtocolBufferException if it is not a message
   * @throws IllegalArgumentException if a value in it cannot be
   */
  static Configuration decode(byte[] bytes) throws InvalidProtocolBufferException {
    StoredConfiguration stored = StoredConfiguration.parseFrom(bytes);
    List<VirtualService> services = new ArrayList<>(stored.getServicesCount());
    for (StoredService service : stored.getServicesList()) {
      services.add(decode(service));
    }
    StoredTimeouts timeouts = stored.getTimeouts();
    return Configuration.of(stored.getRevision(), new Timeouts(timeouts.getTcp(), timeouts.getTcpFin(), timeouts.getUdp()), services,
        stored.getMarkRulesList().stream().map(SnapshotCodec::decode).toList());
  }

  private static StoredService encode(VirtualService service) {
    StoredService.Builder stored = StoredService.newBuilder()
        .setScheduler(service.scheduler())
        .setPersistenceTimeoutSeconds(service.persistenceTimeoutSeconds())
        .setPersistenceNetmask(service.persistenceNetmask())
        .setPersistencePrefixLength(service.persistencePrefixLength())
        .setPersistenceEngine(service.persistenceEngine())
        .setOnePacket(service.onePacket())
        .setCreateRevision(service.createRevision())
        .setRevision(service.revision());
    if (service.key() instanceof ServiceKey.Endpoint endpoint) {
      stored.setProtocol(encode(endpoint.protocol())).setAddress(encode(endpoint.address())).setPort(endpoint.port());
    } else if (service.key() instanceof ServiceKey.FirewallMark mark) {
      stored.setFirewallMark((int) mark.mark()).setIpv6(mark.family() == AddressFamily.IPV6);
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

  private static VirtualService decode(StoredService stored) {
    List<RealServer> servers = new ArrayList<>(stored.getServersCount());
    for (StoredServer server : stored.getServersList()) {
      servers.add(decode(server));
    }
    Set<SchedulerFlag> flags = EnumSet.noneOf(SchedulerFlag.class);
    for (String text : stored.getSchedulerFlagsList()) {
      flags.add(SchedulerFlag.byText(text).orElseThrow(() -> new IllegalArgumentException("unknown scheduler flag \"" + text + "\"")));
    }
    return new VirtualService(decodeKey(stored), stored.getScheduler(), flags, stored.getPersistenceTimeoutSeconds(),
        stored.getPersistenceNetmask(), stored.getPersistencePrefixLength(), stored.getPersistenceEngine(), stored.getOnePacket(), servers,
        stored.getLocalAddressesList().stream().map(SnapshotCodec::decode).toList(), stored.getCreateRevision(), stored.getRevision());
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
        .addAllTcpPorts(rule.tcpPorts().stream().map(SnapshotCodec::encode).toList())
        .addAllUdpPorts(rule.udpPorts().stream().map(SnapshotCodec::encode).toList())
        .setRevision(rule.revision())
        .build();
  }

  private static MarkRule decode(StoredMarkRule stored) {
    Prefix destination = new Prefix(decode(stored.getAddress()), stored.getPrefixLength());
    return new MarkRule(new MarkRuleKey(Integer.toUnsignedLong(stored.getFirewallMark()), destination),
        stored.getTcpPortsList().stream().map(SnapshotCodec::decode).toList(),
        stored.getUdpPortsList().stream().map(SnapshotCodec::decode).toList(), stored.getRevision());
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

  private static RealServer decode(StoredServer stored) {
    Tunnel tunnel = new Tunnel(decode(stored.getTunnelType()), stored.getTunnelPort(), decode(stored.getTunnelChecksum()));
    return new RealServer(decode(stored.getAddress()), stored.getPort(), decode(stored.getMethod()), stored.getWeight(),
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
