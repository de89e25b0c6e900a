// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import com.google.protobuf.FieldMask;
import io.xlvs.controller.registry.MarkRuleSpec;
import io.xlvs.controller.registry.Operation;
import io.xlvs.controller.registry.Problem;
import io.xlvs.controller.registry.ServerSpec;
import io.xlvs.controller.registry.ServiceSpec;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.TunnelChecksum;
import io.xlvs.controller.service.TunnelType;
import io.xlvs.v1.CreateLocalAddressRequest;
import io.xlvs.v1.CreateMarkRuleRequest;
import io.xlvs.v1.CreateRealServerRequest;
import io.xlvs.v1.CreateVirtualServiceRequest;
import io.xlvs.v1.DeleteLocalAddressRequest;
import io.xlvs.v1.DeleteMarkRuleRequest;
import io.xlvs.v1.DeleteRealServerRequest;
import io.xlvs.v1.DeleteVirtualServiceRequest;
import io.xlvs.v1.Timeouts;
import io.xlvs.v1.UpdateMarkRuleRequest;
import io.xlvs.v1.UpdateRealServerRequest;
import io.xlvs.v1.UpdateSysctlsRequest;
import io.xlvs.v1.UpdateVirtualServiceRequest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Requests to operations. What cannot even be read becomes {@link Operation.Malformed}, so that the registry reports it together with
 * everything else. One instance per call: it remembers the last parent, since a batch names the same one many times in a row.
 */
final class OperationMapper {
  private String lastParent = "";
  private ServiceKey lastService;

  /** Any operation of a batch. */
  Operation map(io.xlvs.v1.Operation operation) {
    return switch (operation.getOperationCase()) {
      case CREATE_SERVICE -> map(operation.getCreateService());
      case UPDATE_SERVICE -> map(operation.getUpdateService());
      case DELETE_SERVICE -> map(operation.getDeleteService());
      case CREATE_SERVER -> map(operation.getCreateServer());
      case UPDATE_SERVER -> map(operation.getUpdateServer());
      case DELETE_SERVER -> map(operation.getDeleteServer());
      case CREATE_LOCAL_ADDRESS -> map(operation.getCreateLocalAddress());
      case DELETE_LOCAL_ADDRESS -> map(operation.getDeleteLocalAddress());
      case CREATE_MARK_RULE -> map(operation.getCreateMarkRule());
      case UPDATE_MARK_RULE -> map(operation.getUpdateMarkRule());
      case DELETE_MARK_RULE -> map(operation.getDeleteMarkRule());
      case FLUSH -> new Operation.Flush();
      case UPDATE_TIMEOUTS -> map(operation.getUpdateTimeouts().getTimeouts());
      case UPDATE_SYSCTLS -> map(operation.getUpdateSysctls());
      case OPERATION_NOT_SET -> malformed("", "no operation is set, or one that this xlvsd does not know");
    };
  }

  Operation map(CreateVirtualServiceRequest request) {
    return reading(fields -> new Operation.CreateService(spec(request.getVirtualService(), fields)));
  }

  Operation map(UpdateVirtualServiceRequest request) {
    return reading(fields -> {
      var service = request.getVirtualService();
      ServiceKey key = fields.read("virtual_service.name", () -> ResourceNames.service(service.getName()));
      return new Operation.UpdateService(key, spec(service, fields), mask(request.getUpdateMask()), service.getEtag());
    });
  }

  Operation map(DeleteVirtualServiceRequest request) {
    return reading(fields -> new Operation.DeleteService(
        fields.read("name", () -> ResourceNames.service(request.getName())), request.getEtag()));
  }

  Operation map(CreateRealServerRequest request) {
    return reading(fields -> new Operation.CreateServer(parent(request.getParent(), fields), spec(request.getRealServer(), fields)));
  }

  Operation map(UpdateRealServerRequest request) {
    return reading(fields -> {
      var server = request.getRealServer();
      ResourceNames.Child<RealServerKey> name = fields.read("real_server.name", () -> ResourceNames.server(server.getName()));
      ServerSpec spec = spec(server, fields);
      return new Operation.UpdateServer(name.service(), name.key(), spec, mask(request.getUpdateMask()), server.getEtag());
    });
  }

  Operation map(DeleteRealServerRequest request) {
    return reading(fields -> {
      ResourceNames.Child<RealServerKey> name = fields.read("name", () -> ResourceNames.server(request.getName()));
      return new Operation.DeleteServer(name.service(), name.key(), request.getEtag());
    });
  }

  Operation map(CreateLocalAddressRequest request) {
    return reading(fields -> new Operation.CreateLocalAddress(
        parent(request.getParent(), fields), request.getLocalAddress().getAddress()));
  }

  Operation map(DeleteLocalAddressRequest request) {
    return reading(fields -> {
      ResourceNames.Child<String> name = fields.read("name", () -> ResourceNames.localAddress(request.getName()));
      return new Operation.DeleteLocalAddress(name.service(), name.key());
    });
  }

  Operation map(CreateMarkRuleRequest request) {
    return new Operation.CreateMarkRule(spec(request.getMarkRule()));
  }

  Operation map(UpdateMarkRuleRequest request) {
    return new Operation.UpdateMarkRule(spec(request.getMarkRule()), request.getAllowMissing(), request.getMarkRule().getEtag());
  }

  Operation map(DeleteMarkRuleRequest request) {
    return reading(fields -> new Operation.DeleteMarkRule(
        fields.read("name", () -> ResourceNames.markRule(request.getName())), request.getEtag()));
  }

  Operation map(Timeouts timeouts) {
    return new Operation.UpdateTimeouts(Integer.toUnsignedLong(timeouts.getTcpSeconds()),
        Integer.toUnsignedLong(timeouts.getTcpFinSeconds()), Integer.toUnsignedLong(timeouts.getUdpSeconds()));
  }

  Operation map(UpdateSysctlsRequest request) {
    return new Operation.UpdateSysctls(request.getSysctlsList().stream()
        .map(sysctl -> new Operation.UpdateSysctls.Setting(sysctl.getName(), sysctl.getValue()))
        .toList());
  }

  private ServiceKey parent(String parent, FieldReader fields) {
    if (!parent.equals(lastParent)) {
      lastService = fields.read("parent", () -> ResourceNames.service(parent));
      lastParent = parent;
    }
    return lastService != null ? lastService : fields.read("parent", () -> ResourceNames.service(parent));
  }

  private static ServiceSpec spec(io.xlvs.v1.VirtualService service, FieldReader fields) {
    return new ServiceSpec(
        fields.read("virtual_service.protocol", () -> EnumMapper.fromProto(service.getProtocol())),
        service.getAddress(),
        Integer.toUnsignedLong(service.getPort()),
        Integer.toUnsignedLong(service.getFirewallMark()),
        fields.read("virtual_service.family", () -> EnumMapper.fromProto(service.getFamily())),
        service.getScheduler(),
        service.getSchedulerFlagsList(),
        Integer.toUnsignedLong(service.getPersistenceTimeoutSeconds()),
        service.getPersistenceNetmask(),
        Integer.toUnsignedLong(service.getPersistencePrefixLength()),
        service.getPersistenceEngine(),
        service.getOnePacket(),
        Integer.toUnsignedLong(service.getTcpTimeoutSeconds()),
        Integer.toUnsignedLong(service.getTcpFinTimeoutSeconds()),
        Integer.toUnsignedLong(service.getUdpTimeoutSeconds()));
  }

  private static MarkRuleSpec spec(io.xlvs.v1.MarkRule rule) {
    return new MarkRuleSpec(Integer.toUnsignedLong(rule.getFirewallMark()), rule.getDestination(), ports(rule.getTcpPortsList()),
        ports(rule.getUdpPortsList()), ports(rule.getSctpPortsList()));
  }

  private static List<MarkRuleSpec.Ports> ports(List<io.xlvs.v1.PortRange> ranges) {
    return ranges.stream()
        .map(range -> new MarkRuleSpec.Ports(Integer.toUnsignedLong(range.getFirst()), Integer.toUnsignedLong(range.getLast())))
        .toList();
  }

  private static ServerSpec spec(io.xlvs.v1.RealServer server, FieldReader fields) {
    return new ServerSpec(
        server.getAddress(),
        Integer.toUnsignedLong(server.getPort()),
        fields.read("real_server.method", () -> EnumMapper.fromProto(server.getMethod()).orElse(ForwardingMethod.DR)),
        server.hasWeight() ? Integer.toUnsignedLong(server.getWeight()) : 1,
        Integer.toUnsignedLong(server.getUpperThreshold()),
        Integer.toUnsignedLong(server.getLowerThreshold()),
        server.hasTunnel() ? Optional.of(tunnel(server.getTunnel(), fields)) : Optional.empty());
  }

  private static ServerSpec.TunnelSpec tunnel(io.xlvs.v1.Tunnel tunnel, FieldReader fields) {
    return new ServerSpec.TunnelSpec(
        fields.read("real_server.tunnel.type", () -> EnumMapper.fromProto(tunnel.getType()).orElse(TunnelType.IPIP)),
        Integer.toUnsignedLong(tunnel.getPort()),
        fields.read("real_server.tunnel.checksum", () -> EnumMapper.fromProto(tunnel.getChecksum()).orElse(TunnelChecksum.NONE)));
  }

  private static Set<String> mask(FieldMask mask) {
    return Set.copyOf(mask.getPathsList());
  }

  private static Operation reading(Function<FieldReader, Operation> reader) {
    try {
      return reader.apply(FieldReader.INSTANCE);
    } catch (UnreadableFieldException e) {
      return malformed(e.field, e.getMessage());
    }
  }

  private static Operation malformed(String field, String message) {
    return new Operation.Malformed(List.of(Problem.invalid(field, message)));
  }

  /** Reads one field; what is wrong with it gets the field's name. */
  private static final class FieldReader {
    private static final FieldReader INSTANCE = new FieldReader();

    <T> T read(String field, Supplier<T> reader) {
      try {
        return reader.get();
      } catch (IllegalArgumentException e) {
        throw new UnreadableFieldException(field, e);
      }
    }
  }

  private static final class UnreadableFieldException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String field;

    UnreadableFieldException(String field, IllegalArgumentException cause) {
      super(cause.getMessage(), cause);
      this.field = field;
    }
  }
}
