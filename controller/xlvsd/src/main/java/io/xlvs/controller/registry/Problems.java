// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.registry;

import io.xlvs.controller.dataplane.Feature;
import io.xlvs.controller.registry.Problem.Kind;
import io.xlvs.controller.registry.Problem.Resource;
import io.xlvs.controller.service.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Collects the problems of one operation. */
final class Problems {
  private final Set<Feature> features;
  private final String prefix;
  private final List<Problem> found = new ArrayList<>(0);

  Problems(Set<Feature> features, String prefix) {
    this.features = features;
    this.prefix = prefix;
  }

  List<Problem> found() {
    return found;
  }

  boolean none() {
    return found.isEmpty();
  }

  void invalid(String field, String message) {
    found.add(Problem.invalid(prefix + field, message));
  }

  /** A value that is right and yet does not fit what is there. An empty field means the whole element. */
  void refuse(Kind kind, String field, String message, Resource resource) {
    String name = prefix + field;
    found.add(new Problem(kind, 0, name.endsWith(".") ? name.substring(0, name.length() - 1) : name, message, resource));
  }

  boolean has(Feature feature) {
    return features.contains(feature);
  }

  void unsupported(String field, String message) {
    found.add(Problem.unsupported(prefix + field, message));
  }

  /** Refuses a wanted feature that the data plane lacks. */
  void require(Feature feature, boolean wanted, String field) {
    if (wanted && !has(feature)) {
      unsupported(field, feature.displayName() + " are not supported by this version's data plane");
    }
  }

  /** The value if it is in the range; else min, and a problem. */
  int range(String field, String what, long value, int min, int max) {
    if (value < min || value > max) {
      invalid(field, what + " " + value + " is out of range: " + min + ".." + max + " would be right");
      return min;
    }
    return (int) value;
  }

  /** The address, or null and a problem. */
  IpAddress address(String field, String what, String text) {
    try {
      return IpAddress.parse(text);
    } catch (IllegalArgumentException e) {
      invalid(field, what + " " + e.getMessage());
      return null;
    }
  }

  /** A unicast address that packets can be sent to, or null and a problem; loopback is the director itself. */
  IpAddress unicast(String field, String what, String text) {
    return host(field, what, text, false);
  }

  /** A unicast address that packets on a wire can carry, or null and a problem. */
  IpAddress onWire(String field, String what, String text) {
    return host(field, what, text, true);
  }

  private IpAddress host(String field, String what, String text, boolean onWire) {
    IpAddress address = address(field, what, text);
    if (address == null) {
      return null;
    }
    String why = address.isUnspecified() ? "is the unspecified address"
        : address.isMulticast() ? "is a multicast address"
        : address.isLimitedBroadcast() ? "is the broadcast address"
        : address.isIpv6LinkLocal() ? "is a link-local address, which means nothing without an interface"
        : address.isIpv4Mapped() ? "is an IPv4-mapped address, which no packet carries"
        : onWire && address.isLoopback() ? "is a loopback address, which no packet on a wire carries"
        : "";
    if (!why.isEmpty()) {
      invalid(field, what + " " + address + " " + why + ": a unicast address of a host would be right");
      return null;
    }
    return address;
  }
}
