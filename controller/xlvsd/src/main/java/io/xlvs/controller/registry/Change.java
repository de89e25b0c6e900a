// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.service.MarkRule;
import io.xlvs.controller.service.MarkRuleKey;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.VirtualService;
import java.util.List;

/**
 * What one commit changed, in the order in which a watcher must take it: deletions first.
 *
 * @param revision of the configuration after it
 */
public record Change(
    long revision, List<ServiceKey> deleted, List<VirtualService> changed, List<MarkRuleKey> deletedRules, List<MarkRule> changedRules) {
  public Change {
    deleted = List.copyOf(deleted);
    changed = List.copyOf(changed);
    deletedRules = List.copyOf(deletedRules);
    changedRules = List.copyOf(changedRules);
  }
}
