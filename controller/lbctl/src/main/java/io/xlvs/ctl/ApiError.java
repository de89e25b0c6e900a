// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.ResourceInfo;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A refusal of xlvsd, with the details of google.rpc that came with it.
 *
 * @param code gRPC's status code
 * @param description xlvsd's sentence
 * @param fields bad fields: name, and what is wrong with it
 * @param resourceType message name of the resource that is missing or in the way, such as xlvs.v1.RealServer; may be empty
 * @param resourceName its name; may be empty
 * @param reason of google.rpc.ErrorInfo, such as TABLE_FULL; may be empty
 */
public record ApiError(
    Code code, String description, List<Field> fields, String resourceType, String resourceName, String reason) {
  /**
   * A field that was refused.
   *
   * @param name path in the request, such as {@code virtual_service.scheduler}
   * @param description value and remedy
   */
  public record Field(String name, String description) {
    /** The description, with the field's name in front unless it says it. */
    String text() {
      String leaf = leaf(name);
      return description.contains(leaf.replace('_', ' ')) ? description : leaf + ": " + description;
    }
  }

  /** Reads what a failed call carries. */
  public static ApiError of(StatusRuntimeException failure) {
    List<Field> fields = new ArrayList<>();
    String type = "";
    String name = "";
    String reason = "";
    Status status = StatusProto.fromThrowable(failure);
    String description = failure.getStatus().getDescription();
    try {
      for (Any detail : status == null ? List.<Any>of() : status.getDetailsList()) {
        if (detail.is(BadRequest.class)) {
          detail.unpack(BadRequest.class).getFieldViolationsList()
              .forEach(violation -> fields.add(new Field(violation.getField(), violation.getDescription())));
        } else if (detail.is(ResourceInfo.class)) {
          ResourceInfo resource = detail.unpack(ResourceInfo.class);
          type = resource.getResourceType();
          name = resource.getResourceName();
        } else if (detail.is(ErrorInfo.class)) {
          reason = detail.unpack(ErrorInfo.class).getReason();
        }
      }
    } catch (InvalidProtocolBufferException e) {
      description += " (and error details that cannot be read: " + e.getMessage() + ")";
    }
    return new ApiError(failure.getStatus().getCode(), description == null ? "" : description, fields, type, name, reason);
  }

  /** The same refusal for these of its fields alone. */
  public ApiError about(List<Field> some) {
    return new ApiError(code, description, some, resourceType, resourceName, reason);
  }

  /** Whether the call never reached a daemon, and then why. */
  public static Unreachable unreachable(StatusRuntimeException failure, Path socket) {
    // What xlvsd itself answers has no cause here; without an answer the transport's exception is one.
    boolean transport = failure.getCause() != null && Set.of(Code.INTERNAL, Code.UNKNOWN).contains(failure.getStatus().getCode());
    if (failure.getStatus().getCode() != Code.UNAVAILABLE && !transport) {
      return null;
    }
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (cause instanceof AccessDeniedException || message.contains("Permission denied")) {
        return new Unreachable(socket, "permission denied: you must be root, or in the group that owns the socket");
      }
      if (cause instanceof ConnectException || message.contains("refused")) {
        return new Unreachable(socket, "nobody listens there: start xlvsd");
      }
    }
    return new Unreachable(socket, "the connection broke: is this xlvsd's socket? If it is, xlvsd's log says what became of it");
  }

  /** What was refused and why: every bad field, or the resource that is missing or in the way. */
  public String detail() {
    if (fields.isEmpty()) {
      return description;
    }
    // Of a resource that is missing or in the way the description says it all; its field is only where it was named.
    return fields.stream().map(field -> resourceType.isEmpty() ? field.text() : field.description())
        .collect(Collectors.joining("; "));
  }

  /** {@code scheduler} of {@code operations[3].create_service.virtual_service.scheduler}. */
  public static String leaf(String field) {
    return field.substring(field.lastIndexOf('.') + 1);
  }

  /** Whether a field of this name was refused. */
  public boolean refuses(String leaf) {
    return fields.stream().anyMatch(field -> leaf(field.name()).replaceAll("\\[\\d+]$", "").equals(leaf));
  }
}
