// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.ServiceKey;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Elements of a configuration that this director cannot carry out. */
public class InfeasibleException extends DataPlaneException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /**
   * One element.
   *
   * @param service the service
   * @param server the server of it that is meant; empty: the service itself
   * @param field as in the API's message: "address", "method"
   * @param message the value, what is wrong with it, and the remedy
   */
  public record Problem(ServiceKey service, Optional<RealServerKey> server, String field, String message) {}

  public InfeasibleException(List<Problem> problems) {
    super(problems.stream().map(Problem::message).collect(Collectors.joining("; ")));
    this.problems = List.copyOf(problems);
  }

  /** All of them, at least one. */
  public List<Problem> problems() {
    return problems;
  }
}
