// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.registry.Problem.Kind;
import io.xlvs.controller.registry.Problem.Resource;
import io.xlvs.controller.registry.Problem.ResourceType;
import io.xlvs.controller.service.MarkRule;
import io.xlvs.controller.service.MarkRuleKey;
import io.xlvs.controller.service.PersistentMap;
import io.xlvs.controller.service.Protocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The mark rules while a transaction changes them. */
final class MarkRuleDrafts {
  private final PersistentMap<MarkRuleKey, MarkRule> before;
  private PersistentMap<MarkRuleKey, MarkRule> rules;
  private final Set<MarkRuleKey> deleted = new LinkedHashSet<>();
  /** Which operation changed a rule last. */
  private final Map<MarkRuleKey, Integer> changedBy = new LinkedHashMap<>();
  private final long revision;

  MarkRuleDrafts(PersistentMap<MarkRuleKey, MarkRule> before, long revision) {
    this.before = before;
    this.rules = before;
    this.revision = revision;
  }

  void create(MarkRuleSpec spec, int operation, Problems problems) {
    MarkRule rule = MarkRuleRules.rule(spec, revision, problems);
    if (rule == null) {
      return;
    }
    if (rules.containsKey(rule.key())) {
      problems.refuse(Kind.ALREADY_EXISTS, "", "mark " + rule.key().mark() + " has a rule for " + rule.key().destination()
          + " already: update it with all its ports", resource(rule.key()));
    } else {
      put(rule, operation);
    }
  }

  void update(MarkRuleSpec spec, boolean allowMissing, String etag, int operation, Problems problems) {
    MarkRule rule = MarkRuleRules.rule(spec, revision, problems);
    if (rule == null) {
      return;
    }
    boolean missing = !rules.containsKey(rule.key());
    if (missing && !allowMissing) {
      missing(rule.key(), "", problems);
    } else if (missing || etagMatches(rule.key(), etag, problems)) {
      put(rule, operation);
    }
  }

  /** What is there with the same ports stays the same object. */
  private void put(MarkRule rule, int operation) {
    MarkRule now = rules.get(rule.key());
    if (now == null || Arrays.stream(Protocol.values()).anyMatch(protocol -> !now.ports(protocol).equals(rule.ports(protocol)))) {
      rules = rules.with(rule.key(), rule);
      changedBy.put(rule.key(), operation);
    }
  }

  void delete(MarkRuleKey key, String etag, Problems problems) {
    if (!rules.containsKey(key)) {
      missing(key, "name", problems);
    } else if (etagMatches(key, etag, problems)) {
      rules = rules.without(key);
      changedBy.remove(key);
      deleted.add(key);
    }
  }

  private static void missing(MarkRuleKey key, String field, Problems problems) {
    problems.refuse(Kind.NOT_FOUND, field, "mark " + key.mark() + " has no rule for " + key.destination() + ": create it first",
        resource(key));
  }

  private boolean etagMatches(MarkRuleKey key, String etag, Problems problems) {
    boolean old = before.containsKey(key) && !deleted.contains(key);
    long actual = (old ? before : rules).get(key).revision();
    if (etag.isEmpty() || etag.equals(Long.toString(actual))) {
      return true;
    }
    problems.refuse(Kind.CONFLICT, "etag", "etag \"" + etag + "\" is not the current \"" + actual
        + "\": read it again and repeat the change", resource(key));
    return false;
  }

  private static Resource resource(MarkRuleKey key) {
    return new Resource(ResourceType.MARK_RULE, "", key.text());
  }

  /** Changed rules that would give a packet a second mark: known only when every operation was taken, in whatever order. */
  List<Problem> contradictions() {
    List<Problem> found = new ArrayList<>();
    changedBy.forEach((key, operation) -> {
      MarkRule rule = rules.get(key);
      for (MarkRule other : rules.values()) {
        if (rule.contradicts(other)) {
          found.add(new Problem(Kind.INFEASIBLE, operation, "mark_rule.destination", "mark rule " + key
              + " meets mark rule " + other.key() + ", and a packet carries one mark: give them different addresses or ports", Resource.NONE));
          break;
        }
      }
    });
    return found;
  }

  PersistentMap<MarkRuleKey, MarkRule> rules() {
    return rules;
  }

  /** Rules from before that are gone, though they may have come back since. */
  List<MarkRuleKey> deleted() {
    return deleted.stream().filter(before::containsKey).toList();
  }

  /** Rules that are new or differ. */
  List<MarkRule> changed() {
    List<MarkRule> changed = new ArrayList<>();
    rules.compare(before, (key, gone) -> {}, (key, rule) -> changed.add(rule));
    return changed;
  }
}
