// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import io.xlvs.ctl.Failure;
import io.xlvs.v1.MarkRule;

/** Marks and mark rules as named on the command line. */
final class MarkName {
  private static final String PREFIX = "markRules/";

  private MarkName() {}

  /** A mark as the API has it. */
  static int mark(String text) {
    if (!text.matches("[1-9]\\d{0,9}") || Long.parseLong(text) > 0xffff_ffffL) {
      throw new Failure(Failure.USAGE, "MARK: `" + text + "' is not a firewall mark", "write a number of 1 to 4294967295");
    }
    return (int) Long.parseLong(text);
  }

  /** The API's name of a rule. */
  static String rule(String mark, String destination) {
    int slash = destination.indexOf('/');
    String address = slash < 0 ? destination : destination.substring(0, slash);
    return PREFIX + Integer.toUnsignedString(mark(mark)) + ":" + ServiceName.canonical(address)
        + (slash < 0 ? "" : destination.substring(slash));
  }

  /** The API's name of the service that a rule's packets go to. */
  static String service(MarkRule rule) {
    return "services/fwm" + (rule.getDestination().contains(":") ? "6:" : "4:") + Integer.toUnsignedString(rule.getFirewallMark());
  }
}
