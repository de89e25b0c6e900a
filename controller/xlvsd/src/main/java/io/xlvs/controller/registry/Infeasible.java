// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.dataplane.InfeasibleException;
import io.xlvs.controller.registry.Operation.CreateServer;
import io.xlvs.controller.registry.Operation.UpdateServer;
import io.xlvs.controller.registry.Problem.Kind;
import io.xlvs.controller.registry.Problem.Resource;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.ServiceKey;
import java.util.ArrayList;
import java.util.List;

/** Problems that the data plane found in a whole configuration, told of the operations that brought them in. */
final class Infeasible {
  private Infeasible() {}

  static RefusedException refused(InfeasibleException failure, Iterable<Operation> operations) {
    List<Problem> problems = new ArrayList<>();
    for (InfeasibleException.Problem found : failure.problems()) {
      int operation = found.server().map(server -> lastAbout(found.service(), server, operations)).orElse(Problem.WHOLE);
      String field = operation == Problem.WHOLE ? found.field() : "real_server." + found.field();
      problems.add(new Problem(Kind.INFEASIBLE, operation, field, found.message(), Resource.NONE));
    }
    return new RefusedException(problems);
  }

  /** Index of the last operation that made or changed the server; WHOLE if none did, as when only the director has changed. */
  private static int lastAbout(ServiceKey service, RealServerKey server, Iterable<Operation> operations) {
    int index = 0;
    int last = Problem.WHOLE;
    for (Operation operation : operations) {
      if (operation instanceof CreateServer create && create.service().equals(service) && names(create.spec(), server)
          || operation instanceof UpdateServer update && update.service().equals(service) && update.key().equals(server)) {
        last = index;
      }
      index++;
    }
    return last;
  }

  /** Whether a specification that was valid names the server; without a port it has the service's. */
  private static boolean names(ServerSpec spec, RealServerKey server) {
    return (spec.port() == 0 || spec.port() == server.port()) && IpAddress.parse(spec.address()).equals(server.address());
  }
}
