// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A host in memory: lo and eth0, sysctls as Linux has them at first. Can fail, or be killed, at its n-th change. */
final class FakeHost implements Host {
  /** Stands for the end of the process: nothing of the program may catch it. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  private final Map<String, String> values = new TreeMap<>();
  private final List<String> changes = new ArrayList<>();
  private final Map<String, Device> devices = new TreeMap<>();
  private List<String> missingTools = List.of();
  private List<String> missingCapabilities = List.of();
  private int changesUntilFailure = Integer.MAX_VALUE;
  private boolean killedByFailure;
  private long networkNamespace = 4026531840L;
  private boolean otherNamespacesAlive = true;

  FakeHost() {
    devices.put("lo", new Device("lo", 1, "", 65536, true));
    devices.put("eth0", new Device("eth0", 2, "02:00:00:00:00:02", 1500, true));
    for (String device : List.of("all", "eth0")) {
      for (String name : List.of("arp_ignore", "arp_announce", "rp_filter")) {
        sysctl(device, name, "0");
      }
    }
    values.put(Kind.SYSCTL + " net/ipv6/conf/lo/disable_ipv6", "0");
  }

  void sysctl(String device, String name, String value) {
    values.put(Kind.SYSCTL + " net/ipv4/conf/" + device + "/" + name, value);
  }

  void replaceDevice(Device device) {
    devices.put(device.name(), device);
  }

  void enterNetworkNamespace(long inode, boolean othersAlive) {
    networkNamespace = inode;
    otherNamespacesAlive = othersAlive;
  }

  void lackTools(String... tools) {
    missingTools = List.of(tools);
  }

  void lackCapabilities(String... capabilities) {
    missingCapabilities = List.of(capabilities);
  }

  void failAt(int change, boolean killed) {
    changesUntilFailure = change;
    killedByFailure = killed;
  }

  /** What was changed so far, in order. */
  List<String> changes() {
    return List.copyOf(changes);
  }

  /** Everything, for comparison. */
  Map<String, String> snapshot() {
    return Map.copyOf(values);
  }

  @Override
  public Optional<String> current(Kind kind, String key) {
    String value = values.get(kind + " " + key);
    return Optional.ofNullable(value == null && kind != Kind.SYSCTL ? Change.ABSENT : value);
  }

  @Override
  public void set(Kind kind, String key, String value) {
    if (changesUntilFailure-- == 0) {
      if (killedByFailure) {
        throw new Killed();
      }
      throw new SetupException("no");
    }
    changes.add(kind + " " + key + " " + value);
    if (kind != Kind.SYSCTL && value.equals(Change.ABSENT)) {
      values.remove(kind + " " + key);
    } else {
      values.put(kind + " " + key, value);
    }
  }

  @Override
  public Optional<Device> device(String name) {
    return Optional.ofNullable(devices.get(name));
  }

  @Override
  public List<Assignment> addresses() {
    List<Assignment> addresses = new ArrayList<>();
    addresses.add(new Assignment("eth0", Literals.address("address", "10.1.0.2"), 24));
    for (String key : values.keySet()) {
      if (key.startsWith(Kind.ADDRESS + " ")) {
        String address = key.substring(key.indexOf(' ') + 1);
        addresses.add(new Assignment("lo", Literals.address("address", address), address.contains(":") ? 128 : 32));
      }
    }
    return addresses;
  }

  @Override
  public Set<String> defaultRouteDevices() {
    return Set.of("eth0");
  }

  @Override
  public long networkNamespace() {
    return networkNamespace;
  }

  @Override
  public boolean isNetworkNamespaceAlive(long inode) {
    return inode == networkNamespace || otherNamespacesAlive;
  }

  @Override
  public List<String> missingTools() {
    return missingTools;
  }

  @Override
  public List<String> missingCapabilities(Method method) {
    return missingCapabilities;
  }
}
