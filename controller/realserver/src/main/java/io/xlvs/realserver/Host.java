// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The host in the caller's network namespace. Failures are {@link SetupException}. */
interface Host {
  /** Value of a thing now; empty when it cannot exist here (no such interface, no such sysctl). */
  Optional<String> current(Kind kind, String key);

  /** Gives a thing a value. */
  void set(Kind kind, String key, String value);

  Optional<Device> device(String name);

  List<Assignment> addresses();

  /** Interfaces that default routes lead to, IPv4 and IPv6. */
  Set<String> defaultRouteDevices();

  /** Inode of the network namespace. */
  long networkNamespace();

  /** Whether a process or a mount keeps a network namespace alive. */
  boolean isNetworkNamespaceAlive(long inode);

  /** Programs (by name) that are needed and not installed. */
  List<String> missingTools();

  /** Capabilities (by name) that a method needs and this process lacks. */
  List<String> missingCapabilities(Method method);
}
