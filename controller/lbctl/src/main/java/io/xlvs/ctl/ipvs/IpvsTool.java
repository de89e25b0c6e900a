// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import io.grpc.StatusRuntimeException;
import io.xlvs.ctl.ApiError;
import io.xlvs.ctl.Console;
import io.xlvs.ctl.DirectorClient;
import io.xlvs.ctl.Failure;
import io.xlvs.ctl.LocalAddressWarning;
import io.xlvs.ctl.MarkWarning;
import io.xlvs.ctl.Progress;
import io.xlvs.ctl.Unreachable;
import io.xlvs.v1.ApplyRequest;
import io.xlvs.v1.DirectorStatus;
import io.xlvs.v1.GetStatusRequest;
import io.xlvs.v1.GetTimeoutsRequest;
import io.xlvs.v1.GetVirtualServiceRequest;
import io.xlvs.v1.ListConnectionsRequest;
import io.xlvs.v1.ListMarkRulesRequest;
import io.xlvs.v1.Operation;
import io.xlvs.v1.TableStatus;
import io.xlvs.v1.Timeouts;
import io.xlvs.v1.VirtualService;
import io.xlvs.v1.ZeroCountersRequest;
import java.util.List;

/** Runs one command line of ipvsadm's grammar. */
public final class IpvsTool {
  /** ipvsadm's exit status when IPVS is not there. */
  private static final int UNREACHABLE = 2;

  /** xlvsd's name for the table whose size ipvsadm's title prints. */
  private static final String CONNECTION_TABLE = "connections";

  private final Console console;
  private final DirectorClient client;

  public IpvsTool(Console console, DirectorClient client) {
    this.console = console;
    this.client = client;
  }

  /** Exit status of the command line: the words after the program's name. */
  public int run(List<String> arguments) {
    Rule rule = null;
    try {
      // ipvsadm without arguments lists the table.
      rule = RuleParser.parse(console.names(), arguments.isEmpty() ? List.of("-L") : arguments);
      if (rule.command == null) {
        boolean help = arguments.stream().anyMatch(word -> word.matches("--help|-[^-]*h.*"));
        console.out().print(help ? Usage.text() : Usage.version() + "\n");
        return 0;
      }
      rule.warnings.forEach(console.err()::println);
      execute(rule);
      return 0;
    } catch (Failure failure) {
      return console.report(failure);
    } catch (Unreachable unreachable) {
      return unreachable(unreachable);
    } catch (StatusRuntimeException failure) {
      Unreachable unreachable = ApiError.unreachable(failure, client.socket());
      return unreachable != null
          ? unreachable(unreachable)
          : console.report(IpvsErrors.of(ApiError.of(failure), rule.command));
    }
  }

  private int unreachable(Unreachable unreachable) {
    return console.report(new Failure(UNREACHABLE, unreachable.getMessage(), ""));
  }

  private void execute(Rule rule) {
    switch (rule.command) {
      case LIST -> list(rule);
      case SAVE -> new SavedRules(console.out(), console.names(), rule.has(Option.NUMERIC))
          .print(client.allServices(false), client.markRules().listMarkRules(ListMarkRulesRequest.getDefaultInstance()).getMarkRulesList());
      case RESTORE -> new Restore(console, rule.has(Option.DRY_RUN)).run(console.in(), client);
      case ZERO -> client.director().zeroCounters(ZeroCountersRequest.newBuilder()
          .setService(rule.hasService() ? ResourceNames.service(rule) : "").build());
      case GET_LOCAL_ADDRESS -> LocalAddressListing.print(console.out(), localAddressServices(rule));
      case START_DAEMON -> throw new Failure(255, "Operation not supported",
          "--start-daemon: xlvs has no connection sync daemon; give every director the same rules (lbctl -S | lbctl -R) and"
              + " use -s mh, with which each of them picks the same real server for a connection");
      case STOP_DAEMON -> throw new Failure(255, "No daemon is running",
          "--stop-daemon: xlvs has no connection sync daemon");
      default -> change(rule);
    }
  }

  /** Single changes use the call of their own, so that xlvsd's refusal is about this rule and not about a transaction. */
  private void change(Rule rule) {
    Operation operation = Operations.of(rule);
    if (rule.has(Option.DRY_RUN)) {
      console.out().print(PlanListing.text(client.director().apply(
          ApplyRequest.newBuilder().addOperations(operation).setValidateOnly(true).build()).getPlan()));
      return;
    }
    switch (operation.getOperationCase()) {
      case CREATE_SERVICE -> MarkWarning.of(client.services().createVirtualService(operation.getCreateService()), client)
          .ifPresent(console.err()::println);
      case UPDATE_SERVICE -> client.services().updateVirtualService(operation.getUpdateService());
      case DELETE_SERVICE -> client.services().deleteVirtualService(operation.getDeleteService());
      case CREATE_SERVER -> client.servers().createRealServer(operation.getCreateServer());
      case UPDATE_SERVER -> client.servers().updateRealServer(operation.getUpdateServer());
      case DELETE_SERVER -> client.servers().deleteRealServer(operation.getDeleteServer());
      case CREATE_LOCAL_ADDRESS -> LocalAddressWarning.of(
          client.localAddresses().createLocalAddress(operation.getCreateLocalAddress())).ifPresent(console.err()::println);
      case DELETE_LOCAL_ADDRESS -> client.localAddresses().deleteLocalAddress(operation.getDeleteLocalAddress());
      case UPDATE_TIMEOUTS -> client.director().updateTimeouts(operation.getUpdateTimeouts());
      default -> client.director().apply(ApplyRequest.newBuilder().addOperations(operation).build());
    }
  }

  private void list(Rule rule) {
    if (rule.has(Option.CONNECTION)) {
      ConnectionListing listing = new ConnectionListing(console.out(), console.names(), rule.has(Option.NUMERIC),
          rule.has(Option.PERSISTENT_CONN));
      var batches = client.connections().listConnections(ListConnectionsRequest.getDefaultInstance());
      // The title follows the first answer, so that a daemon that is not there leaves standard output empty.
      boolean more = batches.hasNext();
      listing.title();
      try (Progress progress = Progress.of(console, "connections")) {
        for (; more; more = batches.hasNext()) {
          var batch = batches.next().getConnectionsList();
          batch.forEach(listing::connection);
          progress.add(batch.size());
        }
      }
    } else if (rule.hasService()) {
      VirtualService service = client.services().getVirtualService(GetVirtualServiceRequest.newBuilder()
          .setName(ResourceNames.service(rule)).setWithCounters(ServiceListing.needsCounters(rule)).build());
      new ServiceListing(console.out(), console.names(), rule).one(service);
    } else if (rule.has(Option.TIMEOUT)) {
      Timeouts timeouts = client.director().getTimeouts(GetTimeoutsRequest.getDefaultInstance());
      console.out().print("Timeout (tcp tcpfin udp): " + timeouts.getTcpSeconds() + " " + timeouts.getTcpFinSeconds()
          + " " + timeouts.getUdpSeconds() + "\n");
    } else if (!rule.has(Option.DAEMON)) {
      // --daemon lists the running sync daemons, of which there are none.
      List<VirtualService> services = client.allServices(ServiceListing.needsCounters(rule));
      new ServiceListing(console.out(), console.names(), rule).all(tableSize(), services);
    }
  }

  private long tableSize() {
    DirectorStatus status = client.director().getStatus(GetStatusRequest.getDefaultInstance());
    return status.getTablesList().stream()
        .filter(table -> table.getName().equals(CONNECTION_TABLE))
        .mapToLong(TableStatus::getCapacity)
        .findFirst()
        .orElse(0);
  }

  private List<VirtualService> localAddressServices(Rule rule) {
    if (!rule.hasService()) {
      return client.allServices(false);
    }
    return List.of(client.services().getVirtualService(
        GetVirtualServiceRequest.newBuilder().setName(ResourceNames.service(rule)).build()));
  }
}
