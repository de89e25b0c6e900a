// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.xlvs.controller.dataplane.ConnectionEntry;
import io.xlvs.controller.dataplane.Counters;
import io.xlvs.controller.dataplane.ServerFigures;
import io.xlvs.controller.dataplane.ServiceFigures;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.MarkRule;
import io.xlvs.controller.service.PortRange;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Sysctl;
import io.xlvs.controller.service.Sysctls;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.Tunnel;
import io.xlvs.controller.service.VirtualService;
import io.xlvs.v1.ListSysctlsResponse;
import java.time.Instant;
import java.util.List;

/** The model's objects as messages. */
final class ModelMapper {
  private ModelMapper() {}

  /** Without live figures. */
  static io.xlvs.v1.VirtualService service(VirtualService service) {
    io.xlvs.v1.VirtualService.Builder message = header(service);
    for (RealServer server : service.servers()) {
      message.addServers(server(service.key(), server));
    }
    return message.build();
  }

  /** With live figures; with counters if they were asked for. */
  static io.xlvs.v1.VirtualService service(VirtualService service, ServiceFigures figures, boolean withCounters) {
    io.xlvs.v1.VirtualService.Builder message = header(service);
    List<RealServer> servers = service.servers();
    for (int i = 0; i < servers.size(); i++) {
      message.addServers(server(service.key(), servers.get(i), figures.servers().get(i), withCounters));
    }
    if (withCounters) {
      message.setCounters(counters(figures.counters()));
    }
    return message.build();
  }

  /** With local addresses, without servers. */
  static io.xlvs.v1.VirtualService.Builder header(VirtualService service) {
    io.xlvs.v1.VirtualService.Builder message = io.xlvs.v1.VirtualService.newBuilder()
        .setName(ResourceNames.of(service.key()))
        .setScheduler(service.scheduler())
        .setPersistenceTimeoutSeconds(service.persistenceTimeoutSeconds())
        .setPersistenceNetmask(service.persistenceNetmask())
        .setPersistencePrefixLength(service.persistencePrefixLength())
        .setPersistenceEngine(service.persistenceEngine())
        .setOnePacket(service.onePacket())
        .setTcpTimeoutSeconds(service.timeouts().tcpSeconds())
        .setTcpFinTimeoutSeconds(service.timeouts().tcpFinSeconds())
        .setUdpTimeoutSeconds(service.timeouts().udpSeconds())
        .setEtag(Long.toString(service.revision()));
    if (service.key() instanceof ServiceKey.Endpoint endpoint) {
      message.setProtocol(EnumMapper.toProto(endpoint.protocol())).setAddress(endpoint.address().toString()).setPort(endpoint.port());
    } else if (service.key() instanceof ServiceKey.FirewallMark mark) {
      message.setFirewallMark((int) mark.mark()).setFamily(EnumMapper.toProto(mark.family()));
    }
    service.schedulerFlags().stream().sorted().map(SchedulerFlag::text).forEach(message::addSchedulerFlags);
    for (IpAddress address : service.localAddresses()) {
      message.addLocalAddresses(address.toString());
    }
    return message;
  }

  /** Without live figures. */
  static io.xlvs.v1.RealServer server(ServiceKey service, RealServer server) {
    return serverHeader(service, server).build();
  }

  /** With live figures; with counters if they were asked for. */
  static io.xlvs.v1.RealServer server(ServiceKey service, RealServer server, ServerFigures figures, boolean withCounters) {
    io.xlvs.v1.RealServer.Builder message = serverHeader(service, server)
        .setActiveConnections(figures.state().active())
        .setInactiveConnections(figures.state().inactive())
        .setPersistentConnections(figures.state().persistent())
        .setReachable(figures.state().reachable());
    if (withCounters) {
      message.setCounters(counters(figures.counters()));
    }
    return message.build();
  }

  private static io.xlvs.v1.RealServer.Builder serverHeader(ServiceKey service, RealServer server) {
    io.xlvs.v1.RealServer.Builder message = io.xlvs.v1.RealServer.newBuilder()
        .setName(ResourceNames.of(service, server.key()))
        .setAddress(server.address().toString())
        .setPort(server.port())
        .setMethod(EnumMapper.toProto(server.method()))
        .setWeight(server.weight())
        .setUpperThreshold(server.upperThreshold())
        .setLowerThreshold(server.lowerThreshold())
        .setEtag(Long.toString(server.revision()));
    if (server.method() == ForwardingMethod.TUN) {
      message.setTunnel(tunnel(server.tunnel()));
    }
    return message;
  }

  private static io.xlvs.v1.Tunnel tunnel(Tunnel tunnel) {
    return io.xlvs.v1.Tunnel.newBuilder()
        .setType(EnumMapper.toProto(tunnel.type()))
        .setPort(tunnel.port())
        .setChecksum(EnumMapper.toProto(tunnel.checksum()))
        .build();
  }

  static io.xlvs.v1.Counters counters(Counters counters) {
    return io.xlvs.v1.Counters.newBuilder()
        .setConnections(counters.connections())
        .setInPackets(counters.inPackets())
        .setOutPackets(counters.outPackets())
        .setInBytes(counters.inBytes())
        .setOutBytes(counters.outBytes())
        .setConnectionsPerSecond(counters.connectionsPerSecond())
        .setInPacketsPerSecond(counters.inPacketsPerSecond())
        .setOutPacketsPerSecond(counters.outPacketsPerSecond())
        .setInBytesPerSecond(counters.inBytesPerSecond())
        .setOutBytesPerSecond(counters.outBytesPerSecond())
        .build();
  }

  static io.xlvs.v1.LocalAddress localAddress(ServiceKey service, IpAddress address, boolean assigned) {
    return io.xlvs.v1.LocalAddress.newBuilder()
        .setName(ResourceNames.of(service, address)).setAddress(address.toString()).setAssigned(assigned).build();
  }

  static io.xlvs.v1.MarkRule markRule(MarkRule rule) {
    return io.xlvs.v1.MarkRule.newBuilder()
        .setName(ResourceNames.of(rule.key()))
        .setFirewallMark((int) rule.key().mark())
        .setDestination(rule.key().destination().toString())
        .addAllTcpPorts(rule.tcpPorts().stream().map(ModelMapper::ports).toList())
        .addAllUdpPorts(rule.udpPorts().stream().map(ModelMapper::ports).toList())
        .addAllSctpPorts(rule.sctpPorts().stream().map(ModelMapper::ports).toList())
        .setEtag(Long.toString(rule.revision()))
        .build();
  }

  private static io.xlvs.v1.PortRange ports(PortRange range) {
    return io.xlvs.v1.PortRange.newBuilder().setFirst(range.first()).setLast(range.last()).build();
  }

  static io.xlvs.v1.Timeouts timeouts(Timeouts timeouts) {
    return io.xlvs.v1.Timeouts.newBuilder()
        .setTcpSeconds(timeouts.tcpSeconds())
        .setTcpFinSeconds(timeouts.tcpFinSeconds())
        .setUdpSeconds(timeouts.udpSeconds())
        .build();
  }

  static ListSysctlsResponse sysctls(Sysctls sysctls) {
    ListSysctlsResponse.Builder response = ListSysctlsResponse.newBuilder();
    for (Sysctl sysctl : Sysctl.values()) {
      response.addSysctls(sysctl(sysctl, sysctls.get(sysctl)));
    }
    return response.build();
  }

  static io.xlvs.v1.Sysctl sysctl(Sysctl sysctl, String value) {
    return io.xlvs.v1.Sysctl.newBuilder()
        .setName(sysctl.text())
        .setValue(value)
        .setDefaultValue(sysctl.defaultValue())
        .setFixed(sysctl.isFixed())
        .setDescription(sysctl.description())
        .build();
  }

  static io.xlvs.v1.Connection connection(ConnectionEntry entry) {
    io.xlvs.v1.Connection.Builder message = io.xlvs.v1.Connection.newBuilder()
        .setState(EnumMapper.toProto(entry.state()))
        .setExpiresIn(duration(entry.expiresInMillis()))
        .setClientAddress(entry.clientAddress().toString())
        .setClientPort(entry.clientPort())
        .setVirtualAddress(entry.virtualAddress().toString())
        .setVirtualPort(entry.virtualPort())
        .setServerAddress(entry.serverAddress().toString())
        .setServerPort(entry.serverPort())
        .setMethod(EnumMapper.toProto(entry.method()))
        .setLocalPort(entry.localPort())
        .setTemplate(entry.template())
        .setIdle(duration(entry.idleMillis()));
    if (entry.ageMillis() >= 0) {
      message.setAge(duration(entry.ageMillis()));
    }
    entry.protocol().ifPresent(protocol -> message.setProtocol(EnumMapper.toProto(protocol)));
    entry.localAddress().ifPresent(address -> message.setLocalAddress(address.toString()));
    entry.callId().ifPresent(id -> message.setPersistenceEngine("sip").setPersistenceData(id));
    return message.build();
  }

  private static Duration duration(long millis) {
    return Duration.newBuilder().setSeconds(millis / 1000).setNanos((int) (millis % 1000) * 1_000_000).build();
  }

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).setNanos(instant.getNano()).build();
  }
}
