// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import io.xlvs.ctl.LocalAddressWarning;
import io.xlvs.v1.CreateLocalAddressRequest;
import io.xlvs.v1.DeleteLocalAddressRequest;
import io.xlvs.v1.ListLocalAddressesRequest;
import io.xlvs.v1.ListLocalAddressesResponse;
import io.xlvs.v1.LocalAddress;
import io.xlvs.v1.Operation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lbctl local-address}. */
@Command(name = "local-address", synopsisSubcommandLabel = "COMMAND",
    description = "Local addresses: the sources that full NAT uses towards real servers.",
    footer = {"", "Example:", "  lbctl local-address add tcp:10.0.0.100:80 10.1.0.1"})
final class LocalAddressCommands implements Runnable {
  private static final String SERVICE = "Such as tcp:10.0.0.100:80, udp:[fd00::100]:53, fwm:7, fwm6:7.";
  private static final String COLLECTION = "/localAddresses/";

  @Spec private CommandSpec spec;

  @Option(names = {"-h", "--help"}, usageHelp = true, description = "This text.")
  private boolean help;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  @Command(name = "list", description = "List the local addresses of one virtual service or of all.",
      footer = {"", "ASSIGNED: whether it is an address of the director now; if not, replies may never come back.", "", "Examples:", "  lbctl local-address list", "  lbctl local-address list tcp:10.0.0.100:80 -o json"})
  static final class ListAddresses extends Verb {
    @Parameters(arity = "0..1", paramLabel = "SERVICE", description = SERVICE)
    private String service;

    ListAddresses(Session session) {
      super(session);
    }

    @Override
    void run() {
      ListLocalAddressesResponse found = client().localAddresses().listLocalAddresses(
          ListLocalAddressesRequest.newBuilder()
              .setParent(service == null ? "services/-" : ServiceName.of(service)).build());
      output().print(found, () -> table(found));
    }

    private String table(ListLocalAddressesResponse found) {
      Table table = new Table(console().colours(), "SERVICE", "LOCAL ADDRESS", "ASSIGNED");
      for (LocalAddress address : found.getLocalAddressesList()) {
        int end = address.getName().indexOf(COLLECTION);
        table.markedRow(!address.getAssigned(),
            ServiceName.display(end < 0 ? address.getName() : address.getName().substring(0, end)),
            address.getAddress(), address.getAssigned() ? "yes" : "no");
      }
      return table.toString();
    }
  }

  @Command(name = "add", description = "Add a local address to a virtual service.",
      footer = {"", "Example:", "  lbctl local-address add tcp:10.0.0.100:80 10.1.0.1"})
  static final class Add extends Change {
    @Parameters(index = "0", paramLabel = "SERVICE", description = SERVICE)
    private String service;

    @Parameters(index = "1", paramLabel = "ADDRESS", description = "An address of this director.")
    private String address;

    Add(Session session) {
      super(session);
    }

    @Override
    void run() {
      CreateLocalAddressRequest request = CreateLocalAddressRequest.newBuilder()
          .setParent(ServiceName.of(service))
          .setLocalAddress(LocalAddress.newBuilder().setAddress(ServiceName.canonical(address)))
          .setValidateOnly(dryRun()).build();
      plan(Operation.newBuilder().setCreateLocalAddress(request));
      LocalAddress created = client().localAddresses().createLocalAddress(request);
      done("add", "added", "local address " + address + " of " + ServiceName.display(ServiceName.of(service)), created);
      LocalAddressWarning.of(created).ifPresent(console().err()::println);
    }
  }

  @Command(name = "delete", description = "Delete a local address; connections that use it go on.",
      footer = {"", "Example:", "  lbctl local-address delete tcp:10.0.0.100:80 10.1.0.1"})
  static final class Delete extends Change {
    @Parameters(index = "0", paramLabel = "SERVICE", description = SERVICE)
    private String service;

    @Parameters(index = "1", paramLabel = "ADDRESS", description = "The address.")
    private String address;

    Delete(Session session) {
      super(session);
    }

    @Override
    void run() {
      DeleteLocalAddressRequest request = DeleteLocalAddressRequest.newBuilder()
          .setName(ServiceName.of(service) + COLLECTION + ServiceName.canonical(address))
          .setValidateOnly(dryRun()).build();
      plan(Operation.newBuilder().setDeleteLocalAddress(request));
      client().localAddresses().deleteLocalAddress(request);
      done("delete", "deleted", "local address " + address + " of " + ServiceName.display(ServiceName.of(service)), null);
    }
  }
}
