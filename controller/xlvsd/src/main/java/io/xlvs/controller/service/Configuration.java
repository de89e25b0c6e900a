// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An immutable snapshot of all that is configured. Unchanged services are the same objects from one snapshot to the next,
 * so that two snapshots are compared by identity.
 */
public final class Configuration {
  private static final Configuration EMPTY = new Configuration(0, Timeouts.DEFAULT, Sysctls.DEFAULT, PersistentMap.empty(), PersistentMap.empty(), 0);

  private final long revision;
  private final Timeouts timeouts;
  private final Sysctls sysctls;
  private final PersistentMap<ServiceKey, VirtualService> services;
  private final PersistentMap<MarkRuleKey, MarkRule> markRules;
  private final long serverCount;

  private Configuration(
      long revision, Timeouts timeouts, Sysctls sysctls, PersistentMap<ServiceKey, VirtualService> services,
      PersistentMap<MarkRuleKey, MarkRule> markRules, long serverCount) {
    this.revision = revision;
    this.timeouts = Objects.requireNonNull(timeouts, "timeouts");
    this.sysctls = Objects.requireNonNull(sysctls, "sysctls");
    this.services = services;
    this.markRules = markRules;
    this.serverCount = serverCount;
  }

  /** Nothing configured, default time-outs and sysctls, revision 0. */
  public static Configuration empty() {
    return EMPTY;
  }

  /** A snapshot of these services, in this order, without mark rules and with default sysctls. */
  public static Configuration of(long revision, Timeouts timeouts, Collection<VirtualService> services) {
    return of(revision, timeouts, Sysctls.DEFAULT, services, List.of());
  }

  /** A snapshot of these services and mark rules, in this order. */
  public static Configuration of(
      long revision, Timeouts timeouts, Sysctls sysctls, Collection<VirtualService> services, Collection<MarkRule> markRules) {
    PersistentMap<ServiceKey, VirtualService> map = PersistentMap.empty();
    for (VirtualService service : services) {
      if (map.containsKey(service.key())) {
        throw new IllegalArgumentException("service " + service.key() + " is there twice");
      }
      map = map.with(service.key(), service);
    }
    PersistentMap<MarkRuleKey, MarkRule> rules = PersistentMap.empty();
    for (MarkRule rule : markRules) {
      if (rules.containsKey(rule.key())) {
        throw new IllegalArgumentException("mark rule " + rule.key() + " is there twice");
      }
      rules = rules.with(rule.key(), rule);
    }
    return EMPTY.next(revision, timeouts, sysctls, map, rules);
  }

  /** What follows this one; what it has in common with it is not looked at. */
  public Configuration next(
      long nextRevision, Timeouts nextTimeouts, Sysctls nextSysctls, PersistentMap<ServiceKey, VirtualService> nextServices,
      PersistentMap<MarkRuleKey, MarkRule> nextRules) {
    long[] count = {serverCount};
    nextServices.compare(
        services,
        (key, gone) -> count[0] -= gone.servers().size(),
        (key, now) -> count[0] += now.servers().size() - service(key).map(was -> was.servers().size()).orElse(0));
    return new Configuration(nextRevision, nextTimeouts, nextSysctls, nextServices, nextRules, count[0]);
  }

  /** Grows by one with every change that was committed; 0: nothing was ever configured. */
  public long revision() {
    return revision;
  }

  public Timeouts timeouts() {
    return timeouts;
  }

  public Sysctls sysctls() {
    return sysctls;
  }

  /** By key, in order of creation. */
  public PersistentMap<ServiceKey, VirtualService> services() {
    return services;
  }

  public Optional<VirtualService> service(ServiceKey key) {
    return Optional.ofNullable(services.get(key));
  }

  /** By key, in order of creation. An unchanged rule is the same object from one snapshot to the next. */
  public PersistentMap<MarkRuleKey, MarkRule> markRules() {
    return markRules;
  }

  public Optional<MarkRule> markRule(MarkRuleKey key) {
    return Optional.ofNullable(markRules.get(key));
  }

  /** Real servers of all services together. */
  public long serverCount() {
    return serverCount;
  }
}
