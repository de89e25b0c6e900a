// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.service.MarkRuleKey;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.ServiceKey;
import java.util.List;
import java.util.Set;

/**
 * One change of the configuration. An empty mask means every changeable field; an empty etag means that the caller does not care what
 * is replaced. Masks name fields as the API does: "weight".
 */
public sealed interface Operation {
  record CreateService(ServiceSpec spec) implements Operation {}

  record UpdateService(ServiceKey key, ServiceSpec spec, Set<String> mask, String etag) implements Operation {}

  record DeleteService(ServiceKey key, String etag) implements Operation {}

  record CreateServer(ServiceKey service, ServerSpec spec) implements Operation {}

  record UpdateServer(ServiceKey service, RealServerKey key, ServerSpec spec, Set<String> mask, String etag) implements Operation {}

  record DeleteServer(ServiceKey service, RealServerKey key, String etag) implements Operation {}

  record CreateLocalAddress(ServiceKey service, String address) implements Operation {}

  record DeleteLocalAddress(ServiceKey service, String address) implements Operation {}

  record CreateMarkRule(MarkRuleSpec spec) implements Operation {}

  /** Replaces the ports of a rule; with allowMissing there need be none. */
  record UpdateMarkRule(MarkRuleSpec spec, boolean allowMissing, String etag) implements Operation {}

  record DeleteMarkRule(MarkRuleKey key, String etag) implements Operation {}

  /** Deletes every service; mark rules stay. */
  record Flush() implements Operation {}

  /** A zero leaves that time-out as it is. */
  record UpdateTimeouts(long tcpSeconds, long tcpFinSeconds, long udpSeconds) implements Operation {}

  /** Sets variables of net.ipv4.vs: values by name, in the order given. */
  record UpdateSysctls(List<Setting> settings) implements Operation {
    /** One of them, unchecked. */
    public record Setting(String name, String value) {}
  }

  /** Could not even be read; refused with these problems, together with those of the other operations. */
  record Malformed(List<Problem> problems) implements Operation {}
}
