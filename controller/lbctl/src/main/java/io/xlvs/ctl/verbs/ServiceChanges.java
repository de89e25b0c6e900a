// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import com.google.protobuf.FieldMask;
import io.xlvs.ctl.Failure;
import io.xlvs.ctl.MarkWarning;
import io.xlvs.v1.CreateVirtualServiceRequest;
import io.xlvs.v1.DeleteVirtualServiceRequest;
import io.xlvs.v1.Operation;
import io.xlvs.v1.UpdateVirtualServiceRequest;
import io.xlvs.v1.VirtualService;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lbctl service}: the verbs that change. */
final class ServiceChanges {
  private static final String SERVICE = "Such as tcp:10.0.0.100:80, udp:[fd00::100]:53, fwm:7, fwm6:7.";

  private ServiceChanges() {}

  @Command(name = "add", description = "Add a virtual service.",
      footer = {"", "Examples:", "  lbctl service add tcp:10.0.0.100:80 --scheduler rr",
        "  lbctl service add udp:[fd00::100]:53 --scheduler wrr --one-packet",
        "  lbctl service add fwm:7 --scheduler sh --persistence 300 --dry-run"})
  static final class Add extends Change {
    @Parameters(paramLabel = "SERVICE", description = SERVICE)
    private String service;

    @Mixin private ServiceOptions options;

    Add(Session session) {
      super(session);
    }

    @Override
    void run() {
      VirtualService.Builder wanted = ServiceName.parse(service).toBuilder();
      options.apply(wanted);
      CreateVirtualServiceRequest request = CreateVirtualServiceRequest.newBuilder()
          .setVirtualService(wanted).setValidateOnly(dryRun()).build();
      plan(Operation.newBuilder().setCreateService(request));
      VirtualService created = client().services().createVirtualService(request);
      done("add", "added", "service " + ServiceName.display(ServiceName.of(service)), created);
      MarkWarning.of(created, client()).ifPresent(console().err()::println);
    }
  }

  @Command(name = "set", description = "Change what is given of a virtual service; the rest stays, connections too.",
      footer = {"", "Examples:", "  lbctl service set tcp:10.0.0.100:80 --scheduler mh --scheduler-flags mh-port",
        "  lbctl service set tcp:10.0.0.100:80 --persistence 0"})
  static final class Set extends Change {
    @Parameters(paramLabel = "SERVICE", description = SERVICE)
    private String service;

    @Mixin private ServiceOptions options;

    @Option(names = "--etag", paramLabel = "ETAG", description = "Only if nobody has changed it since this etag was read.")
    private String etag;

    Set(Session session) {
      super(session);
    }

    @Override
    void run() {
      VirtualService.Builder wanted = VirtualService.newBuilder().setName(ServiceName.of(service));
      FieldMask mask = options.apply(wanted);
      if (mask.getPathsCount() == 0) {
        // An empty mask would reset everything to its default.
        throw new Failure(Failure.USAGE, "service set: nothing to change is given",
            "give at least one option, such as --scheduler; try `lbctl service set --help'");
      }
      if (etag != null) {
        wanted.setEtag(etag);
      }
      UpdateVirtualServiceRequest request = UpdateVirtualServiceRequest.newBuilder()
          .setVirtualService(wanted).setUpdateMask(mask).setValidateOnly(dryRun()).build();
      plan(Operation.newBuilder().setUpdateService(request));
      VirtualService updated = client().services().updateVirtualService(request);
      done("change", "changed", "service " + ServiceName.display(wanted.getName()), updated);
    }
  }

  @Command(name = "delete", description = "Delete a virtual service with its real servers; its connections end.",
      footer = {"", "Example:", "  lbctl service delete tcp:10.0.0.100:80"})
  static final class Delete extends Change {
    @Parameters(paramLabel = "SERVICE", description = SERVICE)
    private String service;

    @Option(names = "--etag", paramLabel = "ETAG", description = "Only if nobody has changed it since this etag was read.", defaultValue = "")
    private String etag;

    Delete(Session session) {
      super(session);
    }

    @Override
    void run() {
      String name = ServiceName.of(service);
      DeleteVirtualServiceRequest request = DeleteVirtualServiceRequest.newBuilder()
          .setName(name).setEtag(etag).setValidateOnly(dryRun()).build();
      plan(Operation.newBuilder().setDeleteService(request));
      client().services().deleteVirtualService(request);
      done("delete", "deleted", "service " + ServiceName.display(name), null);
    }
  }
}
