// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import com.google.common.net.InetAddresses;
import com.google.protobuf.Any;
import com.google.protobuf.FieldMask;
import com.google.protobuf.util.FieldMaskUtil;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ResourceInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.xlvs.v1.ForwardingMethod;
import io.xlvs.v1.MarkRule;
import io.xlvs.v1.Operation;
import io.xlvs.v1.PortRange;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.Sysctl;
import io.xlvs.v1.Timeouts;
import io.xlvs.v1.UpdateRealServerRequest;
import io.xlvs.v1.UpdateVirtualServiceRequest;
import io.xlvs.v1.VirtualService;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Services in memory, with the semantics and the error details that the API documents. Not for several threads. */
final class FakeDirector {
  private static final Set<String> SCHEDULERS = Set.of(
      "rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh", "twos");

  Map<String, VirtualService> services = new LinkedHashMap<>();
  Map<String, MarkRule> markRules = new LinkedHashMap<>();
  Timeouts timeouts = Timeouts.newBuilder().setTcpSeconds(900).setTcpFinSeconds(120).setUdpSeconds(300).build();
  final List<Sysctl> sysctls = new ArrayList<>(List.of(
      Sysctl.newBuilder().setName("cache_bypass").setValue("0").setDefaultValue("0").setFixed(true).setDescription("do otherwise").build(),
      Sysctl.newBuilder().setName("sloppy_tcp").setValue("0").setDefaultValue("0").setDescription("opens in the middle").build(),
      Sysctl.newBuilder().setName("sync_threshold").setValue("3\t50").setDefaultValue("3\t50").setFixed(true).build()));
  final List<String> zeroed = new ArrayList<>();
  int applied;

  /** All operations or none; the refusal names the operation. */
  void apply(List<Operation> operations, boolean validateOnly) {
    Map<String, VirtualService> before = new LinkedHashMap<>(services);
    Map<String, MarkRule> markRulesBefore = new LinkedHashMap<>(markRules);
    Timeouts timeoutsBefore = timeouts;
    List<Sysctl> sysctlsBefore = List.copyOf(sysctls);
    boolean done = false;
    try {
      for (int i = 0; i < operations.size(); i++) {
        one(operations.get(i), "operations[" + i + "].");
      }
      done = true;
    } finally {
      if (!done || validateOnly) {
        services = before;
        markRules = markRulesBefore;
        timeouts = timeoutsBefore;
        sysctls.clear();
        sysctls.addAll(sysctlsBefore);
      }
    }
    applied++;
  }

  private void one(Operation operation, String path) {
    switch (operation.getOperationCase()) {
      case CREATE_SERVICE -> create(operation.getCreateService().getVirtualService(), path);
      case UPDATE_SERVICE -> update(operation.getUpdateService(), path);
      case DELETE_SERVICE -> {
        service(operation.getDeleteService().getName(), path + "name");
        services.remove(operation.getDeleteService().getName());
      }
      case CREATE_SERVER ->
          addServer(operation.getCreateServer().getParent(), operation.getCreateServer().getRealServer(), path);
      case UPDATE_SERVER -> updateServer(operation.getUpdateServer(), path);
      case DELETE_SERVER -> deleteServer(operation.getDeleteServer().getName(), path);
      case CREATE_LOCAL_ADDRESS -> addLocal(operation.getCreateLocalAddress().getParent(),
          operation.getCreateLocalAddress().getLocalAddress().getAddress(), path);
      case DELETE_LOCAL_ADDRESS -> deleteLocal(operation.getDeleteLocalAddress().getName(), path);
      case CREATE_MARK_RULE -> setMark(operation.getCreateMarkRule().getMarkRule(), true, path);
      case UPDATE_MARK_RULE -> setMark(operation.getUpdateMarkRule().getMarkRule(), false, path);
      case DELETE_MARK_RULE -> {
        String name = operation.getDeleteMarkRule().getName();
        if (markRules.remove(name) == null) {
          throw refused(Code.NOT_FOUND, path + "name", "mark rule " + name + " does not exist", "xlvs.v1.MarkRule", name);
        }
      }
      case FLUSH -> services.clear();
      case UPDATE_SYSCTLS -> operation.getUpdateSysctls().getSysctlsList().forEach(this::setSysctl);
      case UPDATE_TIMEOUTS -> setTimeouts(operation.getUpdateTimeouts().getTimeouts());
      default -> throw new IllegalStateException("operation not set");
    }
  }

  /** Without ports: every port of both protocols. */
  private void setMark(MarkRule wanted, boolean anew, String path) {
    String name = "markRules/" + Integer.toUnsignedString(wanted.getFirewallMark()) + ":" + wanted.getDestination();
    if (anew && markRules.containsKey(name)) {
      throw refused(Code.ALREADY_EXISTS, path + "mark_rule", "mark rule " + name + " exists", "xlvs.v1.MarkRule", name);
    }
    if (wanted.getDestination().startsWith("224.")) {
      throw refused(Code.INVALID_ARGUMENT, path + "mark_rule.destination", "destination " + wanted.getDestination()
          + " is a multicast address", "", "");
    }
    MarkRule.Builder rule = wanted.toBuilder().setName(name);
    if (wanted.getTcpPortsCount() + wanted.getUdpPortsCount() + wanted.getSctpPortsCount() == 0) {
      PortRange all = PortRange.newBuilder().setFirst(1).setLast(65535).build();
      rule.addTcpPorts(all).addUdpPorts(all).addSctpPorts(all);
    }
    markRules.put(name, rule.build());
  }

  /** A fixed one is refused, as is a name that nobody knows. */
  void setSysctl(Sysctl wanted) {
    for (int i = 0; i < sysctls.size(); i++) {
      if (sysctls.get(i).getName().equals(wanted.getName())) {
        if (sysctls.get(i).getFixed()) {
          throw refused(Code.INVALID_ARGUMENT, "sysctls[0].value", wanted.getName() + " is always "
              + sysctls.get(i).getValue() + ": " + sysctls.get(i).getDescription(), "", "");
        }
        sysctls.set(i, sysctls.get(i).toBuilder().setValue(wanted.getValue()).build());
        return;
      }
    }
    throw refused(Code.INVALID_ARGUMENT, "sysctls[0].name", wanted.getName() + " is not known", "", "");
  }

  private void setTimeouts(Timeouts wanted) {
    timeouts = Timeouts.newBuilder()
        .setTcpSeconds(wanted.getTcpSeconds() == 0 ? timeouts.getTcpSeconds() : wanted.getTcpSeconds())
        .setTcpFinSeconds(wanted.getTcpFinSeconds() == 0 ? timeouts.getTcpFinSeconds() : wanted.getTcpFinSeconds())
        .setUdpSeconds(wanted.getUdpSeconds() == 0 ? timeouts.getUdpSeconds() : wanted.getUdpSeconds())
        .build();
  }

  VirtualService service(String name, String field) {
    VirtualService service = services.get(name);
    if (service == null) {
      throw refused(Code.NOT_FOUND, field, "service " + name + " does not exist", "xlvs.v1.VirtualService", name);
    }
    return service;
  }

  private void create(VirtualService wanted, String path) {
    String name = wanted.getFirewallMark() != 0
        ? "services/fwm" + (wanted.getFamilyValue() == 2 ? "6:" : "4:") + Integer.toUnsignedString(wanted.getFirewallMark())
        : "services/" + wanted.getProtocol().name().substring(9).toLowerCase(java.util.Locale.ROOT) + ":"
            + endpoint(wanted.getAddress(), wanted.getPort());
    checkService(wanted, path);
    if (services.containsKey(name)) {
      throw refused(Code.ALREADY_EXISTS, path + "virtual_service", "service " + name + " exists",
          "xlvs.v1.VirtualService", name);
    }
    services.put(name, wanted.toBuilder().setName(name)
        .setScheduler(wanted.getScheduler().isEmpty() ? "wlc" : wanted.getScheduler()).build());
  }

  private static void checkService(VirtualService wanted, String path) {
    if (!wanted.getScheduler().isEmpty() && !SCHEDULERS.contains(wanted.getScheduler())) {
      throw refused(Code.INVALID_ARGUMENT, path + "virtual_service.scheduler",
          "scheduler \"" + wanted.getScheduler() + "\" is not known", "", "");
    }
    if (!wanted.getPersistenceEngine().isEmpty() && !wanted.getPersistenceEngine().equals("sip")) {
      throw refused(Code.INVALID_ARGUMENT, path + "virtual_service.persistence_engine",
          "engine \"" + wanted.getPersistenceEngine() + "\" is not known", "", "");
    }
    if (wanted.getFirewallMark() == 0 && !InetAddresses.isInetAddress(wanted.getAddress()) && wanted.getName().isEmpty()) {
      throw refused(Code.INVALID_ARGUMENT, path + "virtual_service.address",
          "`" + wanted.getAddress() + "' is not an IPv4 address", "", "");
    }
  }

  private void update(UpdateVirtualServiceRequest request, String path) {
    VirtualService wanted = request.getVirtualService();
    VirtualService before = service(wanted.getName(), path + "virtual_service.name");
    checkService(wanted, path);
    FieldMask mask = request.getUpdateMask().getPathsCount() > 0 ? request.getUpdateMask() : FieldMask.newBuilder()
        .addPaths("scheduler").addPaths("scheduler_flags").addPaths("persistence_timeout_seconds")
        .addPaths("persistence_netmask").addPaths("persistence_prefix_length").addPaths("persistence_engine")
        .addPaths("one_packet").addPaths("tcp_timeout_seconds").addPaths("tcp_fin_timeout_seconds").addPaths("udp_timeout_seconds").build();
    VirtualService.Builder after = before.toBuilder();
    FieldMaskUtil.merge(mask, wanted, after, new FieldMaskUtil.MergeOptions()
        .setReplacePrimitiveFields(true).setReplaceRepeatedFields(true));
    services.put(wanted.getName(), after.build());
  }

  private void addServer(String parent, RealServer wanted, String path) {
    VirtualService service = service(parent, path + "parent");
    RealServer server = complete(service, wanted, path);
    for (RealServer other : service.getServersList()) {
      if (other.getName().equals(server.getName())) {
        throw refused(Code.ALREADY_EXISTS, path + "real_server", "server " + server.getName() + " exists",
            "xlvs.v1.RealServer", server.getName());
      }
    }
    services.put(parent, service.toBuilder().addServers(server).build());
  }

  private static RealServer complete(VirtualService service, RealServer wanted, String path) {
    if (!InetAddresses.isInetAddress(wanted.getAddress())) {
      throw refused(Code.INVALID_ARGUMENT, path + "real_server.address", "`" + wanted.getAddress() + "' is not an address",
          "", "");
    }
    var address = InetAddresses.forString(wanted.getAddress());
    if (address.isAnyLocalAddress() || address.isMulticastAddress() || address.isLinkLocalAddress()
        || wanted.getAddress().equals("255.255.255.255")) {
      throw refused(Code.INVALID_ARGUMENT, path + "real_server.address", wanted.getAddress() + " is not unicast", "", "");
    }
    checkThresholds(wanted, path);
    ForwardingMethod method = wanted.getMethod() == ForwardingMethod.FORWARDING_METHOD_UNSPECIFIED
        ? ForwardingMethod.FORWARDING_METHOD_DR : wanted.getMethod();
    int port = wanted.getPort() == 0 ? service.getPort() : wanted.getPort();
    boolean mapsPorts = method == ForwardingMethod.FORWARDING_METHOD_NAT || method == ForwardingMethod.FORWARDING_METHOD_FULLNAT;
    if (service.getFirewallMark() == 0 && !mapsPorts && port != service.getPort()) {
      throw refused(Code.INVALID_ARGUMENT, path + "real_server.port", "DR cannot map ports: port " + port
          + " differs from the service's port", "", "");
    }
    return wanted.toBuilder()
        .setName(service.getName() + "/servers/" + endpoint(wanted.getAddress(), port))
        .setMethod(method).setPort(port).setReachable(true)
        .setWeight(wanted.hasWeight() ? wanted.getWeight() : 1).build();
  }

  private static void checkThresholds(RealServer wanted, String path) {
    if (wanted.getLowerThreshold() > wanted.getUpperThreshold()) {
      throw refused(Code.INVALID_ARGUMENT, path + "real_server.lower_threshold", "lower threshold is above the upper", "", "");
    }
  }

  private void updateServer(UpdateRealServerRequest request, String path) {
    String name = request.getRealServer().getName();
    int index = server(name, path + "real_server.name");
    VirtualService service = services.get(parent(name));
    RealServer.Builder after = service.getServers(index).toBuilder();
    FieldMask mask = request.getUpdateMask().getPathsCount() > 0 ? request.getUpdateMask() : FieldMask.newBuilder()
        .addPaths("method").addPaths("weight").addPaths("upper_threshold").addPaths("lower_threshold")
        .addPaths("tunnel").build();
    FieldMaskUtil.merge(mask, request.getRealServer(), after,
        new FieldMaskUtil.MergeOptions().setReplacePrimitiveFields(true).setReplaceMessageFields(true));
    checkThresholds(after.build(), path);
    services.put(parent(name), service.toBuilder().setServers(index, after).build());
  }

  private void deleteServer(String name, String path) {
    int index = server(name, path + "name");
    services.put(parent(name), services.get(parent(name)).toBuilder().removeServers(index).build());
  }

  private int server(String name, String field) {
    List<RealServer> servers = service(parent(name), field).getServersList();
    for (int i = 0; i < servers.size(); i++) {
      if (servers.get(i).getName().equals(name)) {
        return i;
      }
    }
    throw refused(Code.NOT_FOUND, field, "server " + name + " does not exist", "xlvs.v1.RealServer", name);
  }

  private void addLocal(String parent, String address, String path) {
    VirtualService service = service(parent, path + "parent");
    String name = parent + "/localAddresses/" + address;
    if (service.getLocalAddressesList().contains(address)) {
      throw refused(Code.ALREADY_EXISTS, path + "local_address", name + " exists", "xlvs.v1.LocalAddress", name);
    }
    services.put(parent, service.toBuilder().addLocalAddresses(address).build());
  }

  private void deleteLocal(String name, String path) {
    String parent = parent(name);
    String address = name.substring(name.lastIndexOf('/') + 1);
    VirtualService service = service(parent, path + "name");
    if (!service.getLocalAddressesList().contains(address)) {
      throw refused(Code.NOT_FOUND, path + "name", name + " does not exist", "xlvs.v1.LocalAddress", name);
    }
    services.put(parent, service.toBuilder().clearLocalAddresses()
        .addAllLocalAddresses(service.getLocalAddressesList().stream().filter(other -> !other.equals(address)).toList())
        .build());
  }

  private static String parent(String name) {
    return name.substring(0, name.indexOf('/', "services/".length()));
  }

  private static String endpoint(String address, int port) {
    return address.indexOf(':') >= 0 ? "[" + address + "]:" + port : address + ":" + port;
  }

  static StatusRuntimeException refused(Code code, String field, String message, String type, String name) {
    Status.Builder status = Status.newBuilder().setCode(code.getNumber()).setMessage(message).addDetails(Any.pack(
        BadRequest.newBuilder().addFieldViolations(
            BadRequest.FieldViolation.newBuilder().setField(field).setDescription(message)).build()));
    if (!type.isEmpty()) {
      status.addDetails(Any.pack(ResourceInfo.newBuilder().setResourceType(type).setResourceName(name).build()));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }
}
