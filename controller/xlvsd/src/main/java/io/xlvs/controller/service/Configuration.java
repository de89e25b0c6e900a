// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * An immutable snapshot of all that is configured. Unchanged services are the same objects from one snapshot to the next,
 * so that two snapshots are compared by identity.
 */
public final class Configuration {
  private static final Configuration EMPTY = new Configuration(0, Timeouts.DEFAULT, Sysctls.DEFAULT, Map.of(), Map.of());

  private final long revision;
  private final Timeouts timeouts;
  private final Sysctls sysctls;
  private final Map<ServiceKey, VirtualService> services;
  private final Map<MarkRuleKey, MarkRule> markRules;
  private final long serverCount;

  private Configuration(
      long revision, Timeouts timeouts, Sysctls sysctls, Map<ServiceKey, VirtualService> services, Map<MarkRuleKey, MarkRule> markRules) {
    this.revision = revision;
    this.timeouts = Objects.requireNonNull(timeouts, "timeouts");
    this.sysctls = Objects.requireNonNull(sysctls, "sysctls");
    this.services = Collections.unmodifiableMap(services);
    this.markRules = Collections.unmodifiableMap(markRules);
    long count = 0;
    for (VirtualService service : services.values()) {
      count += service.servers().size();
    }
    this.serverCount = count;
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
    Map<ServiceKey, VirtualService> map = new LinkedHashMap<>((int) (services.size() / 0.75f) + 1);
    for (VirtualService service : services) {
      if (map.put(service.key(), service) != null) {
        throw new IllegalArgumentException("service " + service.key() + " is there twice");
      }
    }
    Map<MarkRuleKey, MarkRule> rules = new LinkedHashMap<>();
    for (MarkRule rule : markRules) {
      if (rules.put(rule.key(), rule) != null) {
        throw new IllegalArgumentException("mark rule " + rule.key() + " is there twice");
      }
    }
    return new Configuration(revision, timeouts, sysctls, map, rules);
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

  /** By key, in order of creation; unmodifiable. */
  public Map<ServiceKey, VirtualService> services() {
    return services;
  }

  public Optional<VirtualService> service(ServiceKey key) {
    return Optional.ofNullable(services.get(key));
  }

  /** By key, in order of creation; unmodifiable. An unchanged rule is the same object from one snapshot to the next. */
  public Map<MarkRuleKey, MarkRule> markRules() {
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
