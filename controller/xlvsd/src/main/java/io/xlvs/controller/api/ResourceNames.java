// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.MarkRuleKey;
import io.xlvs.controller.service.RealServerKey;
import io.xlvs.controller.service.ServiceKey;

/** Resource names of the API. Reading throws IllegalArgumentException with one line: the name and what would be right. */
final class ResourceNames {
  /** Stands for every service where a method says so. */
  static final String ANY_SERVICE = "services/-";

  private static final String SERVICES = "services/";
  private static final String SERVERS = "/servers/";
  private static final String LOCAL_ADDRESSES = "/localAddresses/";
  private static final String MARK_RULES = "markRules/";

  private ResourceNames() {}

  /** A child of a service. */
  record Child<T>(ServiceKey service, T key) {}

  static String of(ServiceKey key) {
    return SERVICES + key.text();
  }

  static String of(ServiceKey service, RealServerKey server) {
    return SERVICES + service.text() + SERVERS + server.text();
  }

  static String of(ServiceKey service, IpAddress localAddress) {
    return SERVICES + service.text() + LOCAL_ADDRESSES + localAddress;
  }

  static String of(MarkRuleKey rule) {
    return MARK_RULES + rule.text();
  }

  static MarkRuleKey markRule(String name) {
    if (!name.startsWith(MARK_RULES)) {
      throw new IllegalArgumentException("\"" + name + "\" is not the name of a mark rule: markRules/1:10.0.0.100 would be");
    }
    return MarkRuleKey.parse(name.substring(MARK_RULES.length()));
  }

  static ServiceKey service(String name) {
    if (!name.startsWith(SERVICES)) {
      throw new IllegalArgumentException("\"" + name + "\" is not the name of a service: services/tcp:10.0.0.100:80 would be");
    }
    return ServiceKey.parse(name.substring(SERVICES.length()));
  }

  static Child<RealServerKey> server(String name) {
    int split = name.indexOf(SERVERS);
    if (split < 0) {
      throw new IllegalArgumentException(
          "\"" + name + "\" is not the name of a real server: services/tcp:10.0.0.100:80/servers/10.1.0.11:80 would be");
    }
    return new Child<>(service(name.substring(0, split)), RealServerKey.parse(name.substring(split + SERVERS.length())));
  }

  /** The address stays text: whether it is one, the registry says. */
  static Child<String> localAddress(String name) {
    int split = name.indexOf(LOCAL_ADDRESSES);
    if (split < 0) {
      throw new IllegalArgumentException(
          "\"" + name + "\" is not the name of a local address: services/tcp:10.0.0.100:80/localAddresses/10.1.0.1 would be");
    }
    return new Child<>(service(name.substring(0, split)), name.substring(split + LOCAL_ADDRESSES.length()));
  }
}
