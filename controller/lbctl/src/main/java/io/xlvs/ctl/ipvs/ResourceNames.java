// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

/** Resource names of the API, {@code services/tcp:10.0.0.100:80/servers/10.1.0.11:8080}, of what a rule is about. */
final class ResourceNames {
  private ResourceNames() {}

  static String service(Rule rule) {
    if (rule.mark != 0) {
      return "services/fwm" + (rule.markIpv6 ? "6:" : "4:") + rule.mark;
    }
    return "services/" + RuleParser.protocolName(rule.protocol) + ":"
        + Addresses.withPort(rule.vip, Integer.toString(rule.port));
  }

  static String server(Rule rule) {
    return service(rule) + "/servers/" + Addresses.withPort(rule.rip, Integer.toString(rule.serverPort));
  }

  static String localAddress(Rule rule) {
    return service(rule) + "/localAddresses/" + Addresses.text(rule.localAddress);
  }
}
