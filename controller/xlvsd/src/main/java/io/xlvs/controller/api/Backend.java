// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import io.grpc.StatusRuntimeException;
import io.xlvs.controller.dataplane.DataPlane;
import io.xlvs.controller.dataplane.DataPlaneException;
import io.xlvs.controller.registry.CommitException;
import io.xlvs.controller.registry.Operation;
import io.xlvs.controller.registry.Problem.ResourceType;
import io.xlvs.controller.registry.RefusedException;
import io.xlvs.controller.registry.RevisionException;
import io.xlvs.controller.registry.ServiceRegistry;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import java.util.List;
import java.util.function.IntFunction;

/** What every service of the API works on, with errors already mapped. */
record Backend(ServiceRegistry registry, DataPlane dataPlane) {
  Configuration current() {
    return registry.current();
  }

  /** One change by itself. */
  Configuration apply(Operation operation, boolean validateOnly) {
    return apply(List.of(operation), 0, validateOnly, index -> "");
  }

  /** A batch; prefix names the fields of the operation with an index. */
  Configuration apply(Iterable<Operation> operations, long expectedRevision, boolean validateOnly, IntFunction<String> prefix) {
    try {
      return registry.apply(operations, expectedRevision, validateOnly);
    } catch (RefusedException | RevisionException | CommitException | DataPlaneException e) {
      throw StatusMapper.map(e, prefix);
    }
  }

  /** What a batch would do. */
  ServiceRegistry.Preview preview(Iterable<Operation> operations, long expectedRevision, IntFunction<String> prefix) {
    try {
      return registry.preview(operations, expectedRevision);
    } catch (RefusedException | RevisionException | CommitException | DataPlaneException e) {
      throw StatusMapper.map(e, prefix);
    }
  }

  /** The configuration as it was at a revision; field is what the request calls the number. */
  Configuration at(String field, long revision) {
    try {
      return registry.at(field, revision);
    } catch (RefusedException | CommitException e) {
      throw StatusMapper.map(e);
    }
  }

  /** Goes back to a revision. */
  ServiceRegistry.Preview rollBack(long revision, long expectedRevision, boolean validateOnly) {
    try {
      return registry.rollBack(revision, expectedRevision, validateOnly);
    } catch (RefusedException | RevisionException | CommitException | DataPlaneException e) {
      throw StatusMapper.map(e);
    }
  }

  /** The service of this name, from the configuration as it stands. */
  VirtualService service(String field, String name) {
    ServiceKey key = key(field, name);
    return current().service(key).orElseThrow(() -> missing(key));
  }

  static ServiceKey key(String field, String name) {
    try {
      return ResourceNames.service(name);
    } catch (IllegalArgumentException e) {
      throw StatusMapper.invalid(field, e.getMessage());
    }
  }

  static StatusRuntimeException missing(ServiceKey key) {
    return StatusMapper.notFound("service " + key, ResourceType.SERVICE, ResourceNames.of(key));
  }
}
