// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** The values of net.ipv4.vs. Immutable. */
public final class Sysctls {
  /** As IPVS begins. */
  public static final Sysctls DEFAULT = new Sysctls(new EnumMap<>(Sysctl.class));

  private final Map<Sysctl, String> changed;

  private Sysctls(Map<Sysctl, String> changed) {
    this.changed = Collections.unmodifiableMap(changed);
  }

  /** These with one changed; the value has been checked: {@link Sysctl#check}. */
  public Sysctls with(Sysctl sysctl, String value) {
    Map<Sysctl, String> values = new EnumMap<>(Sysctl.class);
    values.putAll(changed);
    if (value.equals(sysctl.defaultValue())) {
      values.remove(sysctl);
    } else {
      values.put(sysctl, value);
    }
    return new Sysctls(values);
  }

  /** As sysctl(8) prints it. */
  public String get(Sysctl sysctl) {
    return changed.getOrDefault(sysctl, sysctl.defaultValue());
  }

  /** The value of one that is a number. */
  public int number(Sysctl sysctl) {
    return Integer.parseInt(get(sysctl));
  }

  /** Those that differ from their defaults, by name. */
  public Map<Sysctl, String> changed() {
    return changed;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Sysctls sysctls && changed.equals(sysctls.changed);
  }

  @Override
  public int hashCode() {
    return changed.hashCode();
  }

  @Override
  public String toString() {
    return changed.toString();
  }
}
