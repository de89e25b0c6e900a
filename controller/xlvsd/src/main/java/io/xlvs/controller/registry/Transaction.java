// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.dataplane.Feature;
import io.xlvs.controller.registry.Operation.CreateLocalAddress;
import io.xlvs.controller.registry.Operation.CreateMarkRule;
import io.xlvs.controller.registry.Operation.CreateServer;
import io.xlvs.controller.registry.Operation.CreateService;
import io.xlvs.controller.registry.Operation.DeleteLocalAddress;
import io.xlvs.controller.registry.Operation.DeleteMarkRule;
import io.xlvs.controller.registry.Operation.DeleteServer;
import io.xlvs.controller.registry.Operation.DeleteService;
import io.xlvs.controller.registry.Operation.Flush;
import io.xlvs.controller.registry.Operation.Malformed;
import io.xlvs.controller.registry.Operation.UpdateMarkRule;
import io.xlvs.controller.registry.Operation.UpdateServer;
import io.xlvs.controller.registry.Operation.UpdateService;
import io.xlvs.controller.registry.Operation.UpdateSysctls;
import io.xlvs.controller.registry.Operation.UpdateTimeouts;
import io.xlvs.controller.registry.Problem.Kind;
import io.xlvs.controller.registry.Problem.Resource;
import io.xlvs.controller.registry.Problem.ResourceType;
import io.xlvs.controller.schedule.Schedulers;
import io.xlvs.controller.service.AddressPool;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.PersistentMap;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Operations on top of a configuration: takes them one after the other and collects everything that is wrong with them. */
final class Transaction {
  private static final String CREATE_FIRST = "create it first";
  private static final String NOTHING_TO_DELETE = "there is nothing to delete";

  private final long revision;
  private final Set<Feature> features;
  /** In order of creation; a value is a VirtualService as it was, or a ServiceDraft. */
  private PersistentMap<ServiceKey, Object> services;
  private final Configuration base;
  private final PersistentMap<ServiceKey, VirtualService> before;
  private final Set<ServiceKey> deleted = new LinkedHashSet<>();
  private final MarkRuleDrafts markRules;
  private final List<Problem> problems = new ArrayList<>();
  private final AddressPool addresses = new AddressPool();
  private final SettingDrafts settings;
  private int index = -1;

  Transaction(Configuration base, Set<Feature> features) {
    this.revision = base.revision() + 1;
    this.features = features;
    this.settings = new SettingDrafts(base.timeouts(), base.sysctls());
    this.before = base.services();
    this.base = base;
    this.services = widened(before);
    this.markRules = new MarkRuleDrafts(base.markRules(), revision);
  }

  /** What is wrong; to be asked when every operation was taken. */
  List<Problem> problems() {
    return problems.isEmpty() ? markRules.contradictions() : problems;
  }

  /** Takes the next operation; what is wrong with it is added to the problems. */
  void take(Operation operation) {
    index++;
    if (operation instanceof CreateServer create) {
      createServer(create);
    } else if (operation instanceof CreateService create) {
      createService(create.spec());
    } else if (operation instanceof UpdateServer update) {
      updateServer(update);
    } else if (operation instanceof DeleteServer delete) {
      deleteServer(delete);
    } else if (operation instanceof UpdateService update) {
      updateService(update);
    } else if (operation instanceof DeleteService delete) {
      deleteService(delete);
    } else if (operation instanceof CreateLocalAddress create) {
      createLocalAddress(create);
    } else if (operation instanceof DeleteLocalAddress delete) {
      deleteLocalAddress(delete);
    } else if (operation instanceof CreateMarkRule create) {
      found("mark_rule.", found -> markRules.create(create.spec(), index, found));
    } else if (operation instanceof UpdateMarkRule update) {
      found("mark_rule.", found -> markRules.update(update.spec(), update.allowMissing(), update.etag(), index, found));
    } else if (operation instanceof DeleteMarkRule delete) {
      found("", found -> markRules.delete(delete.key(), delete.etag(), found));
    } else if (operation instanceof Flush) {
      deleted.addAll(services.keySet());
      services = PersistentMap.empty();
    } else if (operation instanceof UpdateTimeouts update) {
      found("timeouts.", found -> settings.update(update, found));
    } else if (operation instanceof UpdateSysctls update) {
      found("", found -> settings.update(update, found));
    } else if (operation instanceof Malformed malformed) {
      addAll(malformed.problems());
    }
  }

  private void addAll(List<Problem> found) {
    for (Problem problem : found) {
      problems.add(problem.at(index));
    }
  }

  private void add(Kind kind, String field, String message, Resource resource) {
    problems.add(new Problem(kind, index, field, message, resource));
  }

  // Services.

  private void createService(ServiceSpec spec) {
    Problems found = new Problems(features, "virtual_service.");
    ServiceKey key = ServiceRules.key(spec, found);
    if (key == null) {
      addAll(found.found());
      return;
    }
    // An identity that is wrong takes no place; its other fields are checked all the same.
    boolean exact = found.found().stream().noneMatch(problem -> problem.kind() == Kind.INVALID);
    if (exact && services.containsKey(key)) {
      addAll(found.found());
      add(Kind.ALREADY_EXISTS, "virtual_service", "service " + key + " already exists: update it, or delete it first", resource(key));
      return;
    }
    ServiceDraft draft = new ServiceDraft(key, revision);
    ServiceRules.fill(draft, spec, Set.of(), found);
    draft.broken = !found.none();
    addAll(found.found());
    if (exact) {
      services = services.with(key, draft);
    }
  }

  private void updateService(UpdateService update) {
    ServiceDraft draft = draft(update.key(), "virtual_service.name", CREATE_FIRST);
    if (draft == null || !etagMatches(update.etag(), revisionOf(update.key()), "virtual_service.etag", resource(update.key()))) {
      return;
    }
    Problems found = new Problems(features, "virtual_service.");
    checkMask(update.mask(), ServiceRules.CHANGEABLE);
    ServiceRules.fill(draft, update.spec(), update.mask(), found);
    if (before.containsKey(update.key()) && !deleted.contains(update.key()) && draft.scheduler != null) {
      RingFirstRules.checkEdit(before.get(update.key()), draft, found);
    }
    draft.broken = !found.none();
    addAll(found.found());
  }

  private void deleteService(DeleteService delete) {
    Object service = services.get(delete.key());
    if (service == null) {
      missing("service " + delete.key(), "name", NOTHING_TO_DELETE, resource(delete.key()));
    } else if (etagMatches(delete.etag(), revisionOf(delete.key()), "etag", resource(delete.key()))) {
      services = services.without(delete.key());
      deleted.add(delete.key());
    }
  }

  private void checkMask(Set<String> mask, Set<String> changeable) {
    for (String field : mask) {
      if (!changeable.contains(field)) {
        add(Kind.INVALID, "update_mask", "\"" + field + "\" cannot be changed: fields that can are " + new TreeSet<>(changeable),
            Resource.NONE);
      }
    }
  }

  private long revisionOf(ServiceKey key) {
    return services.get(key) instanceof VirtualService service ? service.revision()
        : before.containsKey(key) && !deleted.contains(key) ? before.get(key).revision() : revision;
  }

  /** The service to change, or null and a problem. */
  private ServiceDraft draft(ServiceKey key, String field, String remedy) {
    Object service = services.get(key);
    if (service == null) {
      missing("service " + key, field, remedy, resource(key));
      return null;
    }
    if (service instanceof ServiceDraft draft) {
      return draft.broken ? null : draft;
    }
    ServiceDraft draft = new ServiceDraft((VirtualService) service);
    services = services.with(key, draft);
    return draft;
  }

  private void missing(String what, String field, String remedy, Resource resource) {
    add(Kind.NOT_FOUND, field, what + " does not exist: " + remedy, resource);
  }

  private boolean etagMatches(String etag, long actual, String field, Resource resource) {
    if (etag.isEmpty() || etag.equals(Long.toString(actual))) {
      return true;
    }
    add(Kind.CONFLICT, field, "etag \"" + etag + "\" is not the current \"" + actual + "\": read it again and repeat the change", resource);
    return false;
  }

  // Real servers.

  private void createServer(CreateServer create) {
    ServiceDraft draft = draft(create.service(), "parent", CREATE_FIRST);
    if (draft == null) {
      return;
    }
    Problems found = new Problems(features, "real_server.");
    RealServerKey named = ServerRules.key(create.service(), create.spec(), found);
    if (named == null) {
      addAll(found.found());
      return;
    }
    RealServerKey key = new RealServerKey(addresses.shared(named.address()), named.port());
    RealServer server = ServerRules.server(create.service(), key, Optional.empty(), create.spec(), Set.of(), revision, found);
    addAll(found.found());
    if (draft.server(key) != null) {
      add(Kind.ALREADY_EXISTS, "real_server", "real server " + key + " of service " + create.service() + " already exists: update it, or delete it first",
          resource(create.service(), key));
    } else if (server != null && fits(server, draft, "real_server.") && roomFor(draft)) {
      draft.putServer(server);
    }
  }

  private boolean fits(RealServer server, ServiceDraft draft, String prefix) {
    Problems found = new Problems(features, prefix);
    if (draft.schedulerFlags.contains(SchedulerFlag.RING_FIRST)) {
      RingFirstRules.check(server, found);
    }
    addAll(found.found());
    return found.none();
  }

  private boolean roomFor(ServiceDraft draft) {
    int most = Schedulers.byName(draft.scheduler).orElseThrow().maxServers();
    if (draft.serverCount() < most) {
      return true;
    }
    add(Kind.INVALID, "real_server", "scheduler " + draft.scheduler + " takes at most " + most + " servers", Resource.NONE);
    return false;
  }

  private void updateServer(UpdateServer update) {
    ServiceDraft draft = draft(update.service(), "real_server.name", CREATE_FIRST);
    RealServer server = draft == null ? null : existing(draft, update.key(), "real_server.name", CREATE_FIRST);
    if (server == null
        || !etagMatches(update.etag(), server.revision(), "real_server.etag", resource(update.service(), update.key()))) {
      return;
    }
    Problems found = new Problems(features, "real_server.");
    checkMask(update.mask(), ServerRules.CHANGEABLE);
    RealServer changed =
        ServerRules.server(update.service(), update.key(), Optional.of(server), update.spec(), update.mask(), revision, found);
    addAll(found.found());
    if (changed != null && fits(changed, draft, "real_server.")) {
      draft.putServer(changed);
    }
  }

  private void deleteServer(DeleteServer delete) {
    ServiceDraft draft = draft(delete.service(), "name", NOTHING_TO_DELETE);
    RealServer server = draft == null ? null : existing(draft, delete.key(), "name", NOTHING_TO_DELETE);
    if (server != null && etagMatches(delete.etag(), server.revision(), "etag", resource(delete.service(), delete.key()))) {
      draft.removeServer(delete.key());
    }
  }

  private RealServer existing(ServiceDraft draft, RealServerKey key, String field, String remedy) {
    RealServer server = draft.server(key);
    if (server == null) {
      missing("real server " + key + " of service " + draft.key, field, remedy, resource(draft.key, key));
    }
    return server;
  }

  // Local addresses, and what has drafts of its own: mark rules, time-outs and sysctls.

  private void createLocalAddress(CreateLocalAddress create) {
    ServiceDraft draft = draft(create.service(), "parent", CREATE_FIRST);
    Problems found = new Problems(features, "local_address.");
    IpAddress address = draft == null ? null : found.onWire("address", "local address", create.address());
    if (address != null && address.family() != create.service().family()) {
      found.invalid("address", "local address " + address + " is " + address.family().displayName() + " and the service "
          + create.service().family().displayName() + ": an address of the service's family would be right");
    }
    addAll(found.found());
    if (address != null && found.none() && !draft.addLocalAddress(address)) {
      add(Kind.ALREADY_EXISTS, "local_address", "local address " + address + " of service " + create.service() + " already exists: leave it as it is",
          resource(create.service(), address));
    }
  }

  private void deleteLocalAddress(DeleteLocalAddress delete) {
    ServiceDraft draft = draft(delete.service(), "name", NOTHING_TO_DELETE);
    Problems found = new Problems(features, "");
    IpAddress address = draft == null ? null : found.address("name", "local address", delete.address());
    addAll(found.found());
    if (address != null && !draft.removeLocalAddress(address)) {
      missing("local address " + address + " of service " + delete.service(), "name", NOTHING_TO_DELETE,
          resource(delete.service(), address));
    }
  }

  private void found(String prefix, Consumer<Problems> change) {
    Problems found = new Problems(features, prefix);
    change.accept(found);
    addAll(found.found());
  }

  private static Resource resource(ServiceKey key) {
    return new Resource(ResourceType.SERVICE, key.text(), "");
  }

  private static Resource resource(ServiceKey service, RealServerKey key) {
    return new Resource(ResourceType.SERVER, service.text(), key.text());
  }

  private static Resource resource(ServiceKey service, IpAddress address) {
    return new Resource(ResourceType.LOCAL_ADDRESS, service.text(), address.toString());
  }

  // The result.

  /** The configuration after all operations; there must be no problem. */
  Configuration build() {
    List<ServiceDraft> drafts = new ArrayList<>();
    services.compare(widened(before), (key, gone) -> {}, (key, draft) -> drafts.add((ServiceDraft) draft));
    for (ServiceDraft draft : drafts) {
      services = services.with(draft.key, draft.build(revision));
    }
    return base.next(revision, settings.timeouts(), settings.sysctls(), narrowed(services), markRules.rules());
  }

  @SuppressWarnings("unchecked")
  private static PersistentMap<ServiceKey, Object> widened(PersistentMap<ServiceKey, ?> services) {
    return (PersistentMap<ServiceKey, Object>) services; // it is immutable
  }

  /** Without drafts. */
  @SuppressWarnings("unchecked")
  private static PersistentMap<ServiceKey, VirtualService> narrowed(PersistentMap<ServiceKey, ?> services) {
    return (PersistentMap<ServiceKey, VirtualService>) services;
  }

  /** What {@link #build} changed. */
  Change change(Configuration built) {
    List<ServiceKey> gone = new ArrayList<>();
    for (ServiceKey key : deleted) {
      if (before.containsKey(key)) {
        gone.add(key);
      }
    }
    List<VirtualService> changed = new ArrayList<>();
    built.services().compare(before, (key, service) -> {}, (key, service) -> changed.add(service));
    return new Change(revision, gone, changed, markRules.deleted(), markRules.changed());
  }
}
