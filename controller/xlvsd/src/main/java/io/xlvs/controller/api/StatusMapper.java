// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.ResourceInfo;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.xlvs.controller.dataplane.CapacityException;
import io.xlvs.controller.registry.CommitException;
import io.xlvs.controller.registry.Problem;
import io.xlvs.controller.registry.Problem.Kind;
import io.xlvs.controller.registry.Problem.ResourceType;
import io.xlvs.controller.registry.RefusedException;
import io.xlvs.controller.registry.RevisionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Errors as google.rpc.Status with details: BadRequest names fields, ResourceInfo resources, ErrorInfo the reason. */
final class StatusMapper {
  private static final String DOMAIN = "xlvs.io";
  /**
   * Details travel in a trailer, in base64, and many clients take at most 8 KiB of those: what does not fit is summed up by operation
   * number.
   */
  static final int MAX_DETAIL_BYTES = 4096;
  /** A message quotes what the client sent, however long that is: beginning and end (the remedy) tell enough. */
  static final int MAX_MESSAGE_CHARS = 400;

  private StatusMapper() {}

  /** A single request's errors: fields are named as in the request. */
  static StatusRuntimeException map(Exception failure) {
    return map(failure, index -> "");
  }

  /**
   * A batch's errors.
   *
   * @param prefix of the fields of the operation with this index: "operations[3].create_server."
   */
  static StatusRuntimeException map(Exception failure, IntFunction<String> prefix) {
    if (failure instanceof RefusedException refused) {
      return refused(refused.problems(), prefix);
    }
    if (failure instanceof CapacityException capacity) {
      return status(Code.RESOURCE_EXHAUSTED, failure.getMessage(), List.of(Any.pack(error("TABLE_FULL", Map.of(
          "table", capacity.table(),
          "need", Long.toString(capacity.need()),
          "capacity", Long.toString(capacity.capacity()))))));
    }
    if (failure instanceof RevisionException) {
      return status(Code.ABORTED, failure.getMessage(), List.of(Any.pack(error("REVISION_MISMATCH", Map.of()))));
    }
    CommitException.Kind kind = failure instanceof CommitException commit ? commit.kind() : CommitException.Kind.DATA_PLANE_FAILED;
    return status(code(kind), failure.getMessage(), List.of(Any.pack(error(kind.name(), Map.of()))));
  }

  /** A store that fails is no defect of xlvsd: somebody has to mend the file system first. */
  private static Code code(CommitException.Kind kind) {
    return switch (kind) {
      case STORE_FULL -> Code.RESOURCE_EXHAUSTED;
      case STORE_FAILED -> Code.FAILED_PRECONDITION;
      case DATA_PLANE_FAILED -> Code.INTERNAL;
    };
  }

  /** One bad field of a request that changes nothing. */
  static StatusRuntimeException invalid(String field, String message) {
    return refused(List.of(Problem.invalid(field, message)), index -> "");
  }

  /** A resource that a reading request names and that is not there. */
  static StatusRuntimeException notFound(String what, ResourceType type, String name) {
    ResourceInfo resource = ResourceInfo.newBuilder().setResourceType(typeName(type)).setResourceName(name).build();
    return status(Code.NOT_FOUND, what + " does not exist", List.of(Any.pack(resource)));
  }

  private static StatusRuntimeException refused(List<Problem> problems, IntFunction<String> prefix) {
    List<Any> details = new ArrayList<>();
    Problem leading = leading(problems);
    details.add(Any.pack(violations(problems, prefix)));
    if (leading.resource().type() != ResourceType.NONE) {
      details.add(Any.pack(resource(leading.resource())));
    }
    details.add(Any.pack(error(leading.kind().name(), Map.of())));
    String more = problems.size() > 1 ? " (and " + (problems.size() - 1) + " more)" : "";
    return status(code(leading.kind()), leading.message() + more, details);
  }

  /** Whose kind decides: a value that can never be right before one that only does not fit the state. */
  private static Problem leading(List<Problem> problems) {
    for (Kind kind : List.of(Kind.INVALID, Kind.UNSUPPORTED)) {
      for (Problem problem : problems) {
        if (problem.kind() == kind) {
          return problem;
        }
      }
    }
    return problems.get(0);
  }

  private static Code code(Kind kind) {
    return switch (kind) {
      case INVALID -> Code.INVALID_ARGUMENT;
      case UNSUPPORTED -> Code.UNIMPLEMENTED;
      case NOT_FOUND -> Code.NOT_FOUND;
      case ALREADY_EXISTS -> Code.ALREADY_EXISTS;
      case CONFLICT -> Code.ABORTED;
      case INFEASIBLE -> Code.FAILED_PRECONDITION;
    };
  }

  private static BadRequest violations(List<Problem> problems, IntFunction<String> prefix) {
    BadRequest.Builder request = BadRequest.newBuilder();
    int bytes = 0;
    for (int i = 0; i < problems.size(); i++) {
      Problem problem = problems.get(i);
      String message = brief(problem.message());
      String field = problem.operation() == Problem.WHOLE ? problem.field() : prefix.apply(problem.operation()) + problem.field();
      bytes += field.length() + message.length() + 8;
      if (bytes > MAX_DETAIL_BYTES && i > 0) {
        request.addFieldViolations(BadRequest.FieldViolation.newBuilder()
            .setField("operations")
            .setDescription(summary(problems.subList(i, problems.size()))));
        break;
      }
      request.addFieldViolations(BadRequest.FieldViolation.newBuilder().setField(field).setDescription(message));
    }
    return request.build();
  }

  private static String brief(String message) {
    int end = MAX_MESSAGE_CHARS / 2;
    return message.length() <= MAX_MESSAGE_CHARS ? message
        : message.substring(0, end) + " ... (" + (message.length() - 2 * end) + " characters) ... " + message.substring(message.length() - end);
  }

  /** "and 998 more, in operations 12, 15-40, ..." */
  private static String summary(List<Problem> rest) {
    StringBuilder text = new StringBuilder("and " + rest.size() + " more, in operations ");
    int i = 0;
    while (i < rest.size() && text.length() < MAX_DETAIL_BYTES / 8) {
      int first = rest.get(i).operation();
      int last = first;
      while (i < rest.size() && rest.get(i).operation() <= last + 1) {
        last = rest.get(i).operation();
        i++;
      }
      text.append(first).append(last > first ? "-" + last : "").append(i < rest.size() ? ", " : "");
    }
    return i < rest.size() ? text + "..." : text.toString();
  }

  private static ResourceInfo resource(Problem.Resource resource) {
    String service = "services/" + resource.service();
    String name = switch (resource.type()) {
      case NONE, SERVICE -> service;
      case SERVER -> service + "/servers/" + resource.child();
      case LOCAL_ADDRESS -> service + "/localAddresses/" + resource.child();
      case MARK_RULE -> "markRules/" + resource.child();
    };
    return ResourceInfo.newBuilder().setResourceType(typeName(resource.type())).setResourceName(name).build();
  }

  private static String typeName(ResourceType type) {
    return switch (type) {
      case NONE -> "";
      case SERVICE -> "xlvs.v1.VirtualService";
      case SERVER -> "xlvs.v1.RealServer";
      case LOCAL_ADDRESS -> "xlvs.v1.LocalAddress";
      case MARK_RULE -> "xlvs.v1.MarkRule";
    };
  }

  private static ErrorInfo error(String reason, Map<String, String> metadata) {
    return ErrorInfo.newBuilder().setReason(reason).setDomain(DOMAIN).putAllMetadata(metadata).build();
  }

  private static StatusRuntimeException status(Code code, String message, List<Any> details) {
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder().setCode(code.value()).setMessage(message == null ? "" : brief(message)).addAllDetails(details).build());
  }
}
