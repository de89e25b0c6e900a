// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import com.google.protobuf.FieldMask;
import io.xlvs.ctl.Failure;
import io.xlvs.v1.CreateRealServerRequest;
import io.xlvs.v1.DeleteRealServerRequest;
import io.xlvs.v1.Operation;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.UpdateRealServerRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lbctl server}: the verbs that change. */
final class ServerChanges {
  private static final String SERVICE = "Such as tcp:10.0.0.100:80, udp:[fd00::100]:53, fwm:7, fwm6:7.";
  private static final String SERVER = "Such as 10.1.0.11:8080 or [fd01::11]:8080; without a port it is the service's.";

  private ServerChanges() {}

  private static String object(String service, String server) {
    String name = ServerName.of(service, server);
    return "server " + name.substring(name.lastIndexOf('/') + 1) + " of " + ServiceName.display(ServiceName.of(service));
  }

  @Command(name = "add", description = "Add a real server to a virtual service.",
      footer = {"", "Examples:", "  lbctl server add tcp:10.0.0.100:80 10.1.0.11:8080 --method nat",
        "  lbctl server add tcp:10.0.0.100:80 10.1.0.12 --method dr --weight 3",
        "  lbctl server add tcp:10.0.0.100:80 10.1.0.13 --method tun --tunnel-type gue --tunnel-port 5555"})
  static final class Add extends Change {
    @Parameters(index = "0", paramLabel = "SERVICE", description = SERVICE)
    private String service;

    @Parameters(index = "1", paramLabel = "SERVER", description = SERVER)
    private String server;

    @Mixin private ServerOptions options;

    Add(Session session) {
      super(session);
    }

    @Override
    void run() {
      RealServer.Builder wanted = ServerName.parse(service, server).toBuilder();
      options.apply(wanted);
      CreateRealServerRequest request = CreateRealServerRequest.newBuilder()
          .setParent(ServiceName.of(service)).setRealServer(wanted).setValidateOnly(dryRun()).build();
      plan(Operation.newBuilder().setCreateServer(request));
      RealServer created = client().servers().createRealServer(request);
      done("add", "added", object(service, server), created);
    }
  }

  @Command(name = "set", description = "Change what is given of a real server; the rest stays, connections too.",
      footer = {"", "Examples:", "  lbctl server set tcp:10.0.0.100:80 10.1.0.11:8080 --weight 0",
        "  lbctl server set tcp:10.0.0.100:80 10.1.0.11:8080 --upper-threshold 1000 --lower-threshold 800"})
  static final class Set extends Change {
    @Parameters(index = "0", paramLabel = "SERVICE", description = SERVICE)
    private String service;

    @Parameters(index = "1", paramLabel = "SERVER", description = SERVER)
    private String server;

    @Mixin private ServerOptions options;

    @Option(names = "--etag", paramLabel = "ETAG", description = "Only if nobody has changed it since this etag was read.", defaultValue = "")
    private String etag;

    Set(Session session) {
      super(session);
    }

    @Override
    void run() {
      RealServer.Builder wanted = RealServer.newBuilder().setName(ServerName.of(service, server)).setEtag(etag);
      FieldMask mask = options.apply(wanted);
      if (mask.getPathsCount() == 0) {
        // An empty mask would reset everything to its default.
        throw new Failure(Failure.USAGE, "server set: nothing to change is given",
            "give at least one option, such as --weight; try `lbctl server set --help'");
      }
      UpdateRealServerRequest request = UpdateRealServerRequest.newBuilder()
          .setRealServer(wanted).setUpdateMask(mask).setValidateOnly(dryRun()).build();
      plan(Operation.newBuilder().setUpdateServer(request));
      RealServer updated = client().servers().updateRealServer(request);
      done("change", "changed", object(service, server), updated);
    }
  }

  @Command(name = "delete",
      description = "Delete a real server. Its connections fall silent, and resume if it is added again.",
      footer = {"", "Example:", "  lbctl server delete tcp:10.0.0.100:80 10.1.0.11:8080"})
  static final class Delete extends Change {
    @Parameters(index = "0", paramLabel = "SERVICE", description = SERVICE)
    private String service;

    @Parameters(index = "1", paramLabel = "SERVER", description = SERVER)
    private String server;

    @Option(names = "--etag", paramLabel = "ETAG", description = "Only if nobody has changed it since this etag was read.", defaultValue = "")
    private String etag;

    Delete(Session session) {
      super(session);
    }

    @Override
    void run() {
      DeleteRealServerRequest request = DeleteRealServerRequest.newBuilder()
          .setName(ServerName.of(service, server)).setEtag(etag).setValidateOnly(dryRun()).build();
      plan(Operation.newBuilder().setDeleteServer(request));
      client().servers().deleteRealServer(request);
      done("delete", "deleted", object(service, server), null);
    }
  }
}
