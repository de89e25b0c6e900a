// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import io.grpc.Status.Code;
import io.xlvs.ctl.ApiError;
import io.xlvs.ctl.Failure;
import java.util.Map;
import java.util.Set;

/** Says a refusal of xlvsd in the words that ipvsadm has for the kernel's. */
final class IpvsErrors {
  /** Exit status of what the kernel refuses. */
  private static final int REFUSED = 255;

  private static final Set<Command> SERVICE_COMMANDS = Set.of(
      Command.ADD_SERVICE, Command.EDIT_SERVICE, Command.DELETE_SERVICE, Command.ZERO, Command.LIST,
      Command.GET_LOCAL_ADDRESS);

  /** What IPVS has not: a place on a disk. In the C library's words. */
  private static final Map<String, String> STORE_FAILURES =
      Map.of("STORE_FULL", "No space left on device", "STORE_FAILED", "Input/output error");

  private IpvsErrors() {}

  static Failure of(ApiError error, Command command) {
    // ipvsadm -L exits with 1 where the others give the kernel's refusal.
    int status = command == Command.LIST ? 1 : REFUSED;
    return new Failure(status, text(error, command), detail(error));
  }

  private static String detail(ApiError error) {
    String detail = error.detail();
    return detail.isEmpty() ? error.resourceName() : detail;
  }

  private static String text(ApiError error, Command command) {
    if (STORE_FAILURES.containsKey(error.reason())) {
      return STORE_FAILURES.get(error.reason());
    }
    return switch (error.code()) {
      case NOT_FOUND -> missing(error, command);
      case ALREADY_EXISTS -> switch (kind(error)) {
        case "RealServer" -> "Destination already exists";
        case "LocalAddress" -> "Local address already exists";
        default -> "Service already exists";
      };
      case INVALID_ARGUMENT, FAILED_PRECONDITION, UNIMPLEMENTED -> invalid(error);
      case OUT_OF_RANGE -> "Numerical result out of range";
      case RESOURCE_EXHAUSTED -> "Memory allocation problem";
      case PERMISSION_DENIED, UNAUTHENTICATED -> "Permission denied (you must be root)";
      case ABORTED -> "Device or resource busy";
      default -> "xlvsd failed" + (error.detail().isEmpty() ? ": " + error.code() : "");
    };
  }

  private static String missing(ApiError error, Command command) {
    return switch (kind(error)) {
      case "RealServer" -> "No such destination";
      case "LocalAddress" -> "No such local address";
      default -> SERVICE_COMMANDS.contains(command) ? "No such service" : "Service not defined";
    };
  }

  private static String invalid(ApiError error) {
    if (error.fields().stream().anyMatch(field -> field.name().contains("mark_rule"))) {
      return "illegal mark rule specified";
    }
    if (error.refuses("scheduler") || error.refuses("persistence_engine")) {
      return "Scheduler or persistence engine not found";
    }
    if (error.refuses("upper_threshold") || error.refuses("lower_threshold")) {
      return "Numerical result out of range";
    }
    if (error.code() == Code.UNIMPLEMENTED) {
      return "Operation not supported";
    }
    return "Invalid operation.  Possibly wrong module version, address not unicast, ...";
  }

  /** {@code RealServer} of {@code xlvs.v1.RealServer}. */
  private static String kind(ApiError error) {
    return error.resourceType().substring(error.resourceType().lastIndexOf('.') + 1);
  }
}
