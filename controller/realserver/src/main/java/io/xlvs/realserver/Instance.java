// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Makes and undoes what an instance needs. Every step may be interrupted: the state file names it before it is made. */
final class Instance {
  private final String name;
  private final Host host;
  private final StateStore store;
  private final BpfMount bpf;
  private final PrintWriter out;

  /**
   * @param store locked for this caller
   * @param out one line for each thing changed
   */
  Instance(String name, Host host, StateStore store, PrintWriter out) {
    this.name = name;
    this.host = host;
    this.store = store;
    this.bpf = new BpfMount(store.directory());
    this.out = out;
  }

  /** Sets up, or repairs what is up with the same settings. On failure the host is as before. */
  void up(Settings settings) {
    Optional<State> existing = existing();
    if (existing.isPresent() && !existing.get().settings().equals(settings) && existing.get().complete()) {
      throw new UsageException("--name", name, "is up with other settings: run 'down --name " + name + "' first, or give another --name");
    }
    if (existing.isEmpty() || existing.get().settings().equals(settings)) {
      refuseSecondTunnel(settings);
      Preflight.run(host, settings);
    }
    if (existing.isPresent() && !existing.get().settings().equals(settings)) {
      out.println("undoing an interrupted 'up' with other settings");
      undo(existing.get());
      up(settings);
      return;
    }
    State state = plan(settings, existing);
    store.save(state);
    try {
      apply(state);
    } catch (RuntimeException e) {
      rollBack(state, e);
      throw e;
    }
    store.save(state.completed());
  }

  private void rollBack(State state, RuntimeException cause) {
    try {
      undo(state);
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  /** The state of this name, after dropping one whose namespace or interface has gone. */
  private Optional<State> existing() {
    Optional<State> existing = store.load(name);
    if (existing.isEmpty()) {
      return existing;
    }
    State state = existing.get();
    if (state.networkNamespace() != host.networkNamespace()) {
      if (host.isNetworkNamespaceAlive(state.networkNamespace())) {
        throw new UsageException(
            "--name", name, "belongs to another network namespace (net:[" + state.networkNamespace() + "]): give another --name");
      }
      out.println("forgetting instance '" + name + "' of a network namespace that has gone");
      bpf.remove(name);
      store.delete(name);
      return Optional.empty();
    }
    if (state.ifindex() != 0 && !isInterfaceOf(state)) {
      out.println("forgetting instance '" + name + "' of an interface that has gone");
      undo(state);
      return Optional.empty();
    }
    return existing;
  }

  private boolean isInterfaceOf(State state) {
    return host.device(state.settings().device())
        .filter(device -> device.index() == state.ifindex() && device.mac().equals(state.mac()))
        .isPresent();
  }

  private void refuseSecondTunnel(Settings settings) {
    for (State other : neighbours()) {
      if (settings.method() == Method.TUN && other.settings().method() == Method.TUN
          && other.settings().device().equals(settings.device())) {
        throw new UsageException(
            "--interface", settings.device(),
            "is the tunnel's end of instance '" + other.name() + "' already: 'down' that one and name all VIPs in one 'up'");
      }
    }
  }

  /** Other instances in this network namespace. */
  private List<State> neighbours() {
    return store.loadAll().stream()
        .filter(state -> !state.name().equals(name) && state.networkNamespace() == host.networkNamespace())
        .toList();
  }

  private State plan(Settings settings, Optional<State> existing) {
    List<Change> before = existing.map(State::changes).orElse(List.of());
    List<Change> changes = new ArrayList<>();
    List<Change> planned = Planner.plan(host, settings);
    before.stream().filter(old -> planned.stream().noneMatch(old::isSameThing)).forEach(changes::add);
    for (Change change : planned) {
      // What a first 'up' found is what 'down' restores.
      Optional<Change> old = before.stream().filter(change::isSameThing).findFirst();
      changes.add(old.map(first -> change.withBefore(first.before())).orElse(change));
    }
    Optional<Device> device = settings.device().isEmpty() ? Optional.empty() : host.device(settings.device());
    return new State(
        name,
        host.networkNamespace(),
        device.map(Device::index).orElse(0),
        device.map(Device::mac).orElse(""),
        false,
        settings,
        changes);
  }

  private void apply(State state) {
    setAll(state, Kind.SYSCTL);
    setAll(state, Kind.QDISC);
    attachPrograms(state);
    setAll(state, Kind.ADDRESS);
  }

  private void setAll(State state, Kind kind) {
    for (Change change : state.changes()) {
      if (change.kind() == kind && !host.current(kind, change.key()).equals(Optional.of(change.after()))) {
        host.set(kind, change.key(), change.after());
        out.println("set      " + change.describe());
      }
    }
  }

  private void attachPrograms(State state) {
    Settings settings = state.settings();
    switch (settings.method()) {
      case DR -> { }
      case TUN -> {
        new TunnelPrograms(host, bpf.prepare(name)).attach(settings, filters(state));
        int mtu = host.device(settings.device()).orElseThrow().mtu();
        out.printf("set      tunnel on %s, MSS at most %d (IPv4), %d (IPv6)%n",
            settings.device(), settings.mssBytes(false, mtu), settings.mssBytes(true, mtu));
      }
      case FULLNAT -> {
        new ToaPrograms(bpf.prepare(name)).attach(settings);
        out.println("set      TOA reader on " + settings.cgroup());
      }
    }
  }

  static List<FilterKey> filters(State state) {
    return state.changes().stream().filter(c -> c.kind() == Kind.FILTER).map(c -> FilterKey.parse(c.key())).toList();
  }

  /** Restores the host; false when nothing was up. */
  boolean down() {
    Optional<State> state = existing();
    state.ifPresent(this::undo);
    return state.isPresent();
  }

  private void undo(State state) {
    List<Change> reverse = new ArrayList<>(state.changes());
    Collections.reverse(reverse);
    for (Change change : reverse) {
      undo(change);
    }
    bpf.remove(name);
    store.delete(name);
  }

  private void undo(Change change) {
    Optional<String> current = host.current(change.kind(), change.key());
    if (!change.changesSomething() || current.isEmpty() || current.get().equals(change.before())) {
      return;
    }
    if (!current.get().equals(change.after())) {
      out.println("left     " + change.describe() + ": it was changed to " + current.get() + " meanwhile");
      return;
    }
    for (State other : neighbours()) {
      Optional<Change> same = other.changes().stream().filter(c -> c.isSameThing(change) && c.after().equals(change.after())).findFirst();
      if (same.isPresent()) {
        handOver(change, other);
        return;
      }
    }
    host.set(change.kind(), change.key(), change.before());
    out.println("restored " + change.describe() + " -> " + change.before());
  }

  /** Another instance needs it still: that one restores it in the end. */
  private void handOver(Change change, State other) {
    List<Change> changes =
        other.changes().stream().map(c -> c.isSameThing(change) ? c.withBefore(change.before()) : c).toList();
    store.save(other.withChanges(changes));
    out.println("left     " + change.describe() + ": instance '" + other.name() + "' needs it");
  }
}
