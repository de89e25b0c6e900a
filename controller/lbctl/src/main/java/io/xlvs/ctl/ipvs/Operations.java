// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import io.xlvs.v1.AddressFamily;
import io.xlvs.v1.CreateLocalAddressRequest;
import io.xlvs.v1.CreateRealServerRequest;
import io.xlvs.v1.CreateVirtualServiceRequest;
import io.xlvs.v1.DeleteLocalAddressRequest;
import io.xlvs.v1.DeleteRealServerRequest;
import io.xlvs.v1.DeleteVirtualServiceRequest;
import io.xlvs.v1.FlushRequest;
import io.xlvs.v1.ForwardingMethod;
import io.xlvs.v1.LocalAddress;
import io.xlvs.v1.Operation;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.Timeouts;
import io.xlvs.v1.Tunnel;
import io.xlvs.v1.TunnelType;
import io.xlvs.v1.UpdateMarkRuleRequest;
import io.xlvs.v1.UpdateRealServerRequest;
import io.xlvs.v1.UpdateTimeoutsRequest;
import io.xlvs.v1.UpdateVirtualServiceRequest;
import io.xlvs.v1.VirtualService;

/** Turns a changing rule into the API's operation. */
final class Operations {
  private Operations() {}

  /** Null if the command changes no configuration. */
  static Operation of(Rule rule) {
    Operation.Builder operation = Operation.newBuilder();
    switch (rule.command) {
      case ADD_SERVICE ->
          operation.setCreateService(CreateVirtualServiceRequest.newBuilder().setVirtualService(service(rule)));
      case EDIT_SERVICE -> operation.setUpdateService(UpdateVirtualServiceRequest.newBuilder()
          .setVirtualService(service(rule).setName(ResourceNames.service(rule))));
      case DELETE_SERVICE -> operation.setDeleteService(
          DeleteVirtualServiceRequest.newBuilder().setName(ResourceNames.service(rule)));
      case ADD_SERVER -> operation.setCreateServer(CreateRealServerRequest.newBuilder()
          .setParent(ResourceNames.service(rule)).setRealServer(server(rule)));
      case EDIT_SERVER -> operation.setUpdateServer(UpdateRealServerRequest.newBuilder()
          .setRealServer(server(rule).setName(ResourceNames.server(rule))));
      case DELETE_SERVER -> operation.setDeleteServer(
          DeleteRealServerRequest.newBuilder().setName(ResourceNames.server(rule)));
      case ADD_LOCAL_ADDRESS -> operation.setCreateLocalAddress(CreateLocalAddressRequest.newBuilder()
          .setParent(ResourceNames.service(rule))
          .setLocalAddress(LocalAddress.newBuilder().setAddress(Addresses.text(rule.localAddress))));
      case DELETE_LOCAL_ADDRESS -> operation.setDeleteLocalAddress(
          DeleteLocalAddressRequest.newBuilder().setName(ResourceNames.localAddress(rule)));
      // What is there with the same ports stays: -R of what -S has printed changes no rule.
      case SET_MARK -> operation.setUpdateMarkRule(
          UpdateMarkRuleRequest.newBuilder().setMarkRule(rule.markRule).setAllowMissing(true));
      case FLUSH -> operation.setFlush(FlushRequest.getDefaultInstance());
      case SET -> operation.setUpdateTimeouts(UpdateTimeoutsRequest.newBuilder().setTimeouts(Timeouts.newBuilder()
          .setTcpSeconds(rule.timeoutSeconds[0])
          .setTcpFinSeconds(rule.timeoutSeconds[1])
          .setUdpSeconds(rule.timeoutSeconds[2])));
      default -> {
        return null;
      }
    }
    return operation.build();
  }

  private static VirtualService.Builder service(Rule rule) {
    VirtualService.Builder service = VirtualService.newBuilder()
        .setScheduler(rule.scheduler.isEmpty() ? "wlc" : rule.scheduler)
        .addAllSchedulerFlags(rule.schedulerFlags)
        .setPersistenceEngine(rule.engine)
        .setOnePacket(rule.has(Option.OPS))
        .setTcpTimeoutSeconds(rule.tcpTimeout)
        .setTcpFinTimeoutSeconds(rule.tcpFinTimeout)
        .setUdpTimeoutSeconds(rule.udpTimeout);
    if (rule.mark != 0) {
      service.setFirewallMark((int) rule.mark).setFamily(
          rule.markIpv6 ? AddressFamily.ADDRESS_FAMILY_IPV6 : AddressFamily.ADDRESS_FAMILY_IPV4);
    } else {
      service.setProtocol(rule.protocol).setAddress(Addresses.text(rule.vip)).setPort(rule.port);
    }
    if (rule.persistence != 0) {
      // Without -p ipvsadm takes -M and forgets it.
      service.setPersistenceTimeoutSeconds(rule.persistence)
          .setPersistenceNetmask(rule.netmask)
          .setPersistencePrefixLength(rule.prefixLength);
    }
    return service;
  }

  private static RealServer.Builder server(Rule rule) {
    RealServer.Builder server = RealServer.newBuilder()
        .setAddress(Addresses.text(rule.rip))
        .setPort(rule.serverPort)
        .setMethod(rule.method)
        .setWeight(rule.weight)
        .setUpperThreshold(rule.upperThreshold)
        .setLowerThreshold(rule.lowerThreshold);
    if (rule.method == ForwardingMethod.FORWARDING_METHOD_TUN) {
      Tunnel.Builder tunnel = Tunnel.newBuilder().setType(rule.tunnelType).setPort(rule.tunnelPort);
      if (rule.tunnelType != TunnelType.TUNNEL_TYPE_IPIP) {
        tunnel.setChecksum(rule.tunnelChecksum);
      }
      server.setTunnel(tunnel);
    }
    return server;
  }
}
