// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.XlvsObjects;
import io.xlvs.controller.net.Rtnetlink;
import io.xlvs.loader.Program;
import io.xlvs.loader.link.TcFilter;
import io.xlvs.loader.link.TcHook;
import io.xlvs.loader.link.TcHook.Direction;
import io.xlvs.loader.pin.PinDirectory;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The tc programs on interfaces: filters of a fixed handle and priority, which outlive the daemon. A filter names its program by
 * number only, so the programs are pinned as tc_NUMBER: by these the next process tells its own filters from another xlvsd's.
 */
final class TcFilters {
  /** Ours among an interface's filters: "xlvs" in ASCII. */
  private static final TcFilter FILTER = new TcFilter(0x786c7673, 100);

  private static final String PIN_PREFIX = "tc_";

  private final PinDirectory pins;
  private final Rtnetlink netlink;

  TcFilters(PinDirectory pins, Rtnetlink netlink) {
    this.pins = pins;
    this.netlink = netlink;
  }

  /** Whether another xlvsd's filters are there. */
  boolean areForeign(int ifindex) {
    Set<Integer> own = pinned();
    return programs(ifindex).stream().anyMatch(id -> !own.contains(id));
  }

  /** Whether filters of ours are there. */
  boolean arePresent(int ifindex) {
    Set<Integer> own = pinned();
    return programs(ifindex).stream().anyMatch(own::contains);
  }

  /** Whether exactly these programs are attached. */
  boolean areAttached(int ifindex, XlvsObjects objects) {
    return programs(ifindex).equals(List.of(objects.ingress().info().id(), objects.egress().info().id()));
  }

  /** Programs of filters with our handle: ingress, egress. */
  private static List<Integer> programs(int ifindex) {
    return Stream.of(Direction.INGRESS, Direction.EGRESS).flatMap(direction -> TcHook.of(ifindex, direction).query(FILTER).stream()).toList();
  }

  /** Attaches both programs; those of an earlier process are replaced in one step. */
  void attach(int ifindex, XlvsObjects objects) {
    for (Direction direction : Direction.values()) {
      Program program = program(objects, direction);
      String pin = PIN_PREFIX + program.info().id();
      if (!pins.has(pin)) {
        program.pin(pins.resolve(pin)); // before it is attached: whatever happens next, the filter is known as ours
      }
      TcHook hook = TcHook.of(ifindex, direction);
      hook.create();
      hook.attach(program, FILTER, true);
    }
  }

  /** Takes our filters off, and the clsact qdisc if nothing else is on it. */
  void detach(int ifindex) {
    Set<Integer> own = pinned();
    boolean found = false;
    for (Direction direction : Direction.values()) {
      TcHook hook = TcHook.of(ifindex, direction);
      if (hook.query(FILTER).map(own::contains).orElse(false)) {
        found |= hook.detach(FILTER);
      }
    }
    if (found && !netlink.hasClsactFilters(ifindex)) {
      TcHook.of(ifindex, Direction.INGRESS).destroyQdisc();
    }
  }

  /** No filter has a program of an earlier process any more. */
  void forgetEarlier(XlvsObjects objects) {
    Set<Integer> earlier = pinned();
    for (Direction direction : Direction.values()) {
      earlier.remove(program(objects, direction).info().id());
    }
    earlier.forEach(id -> pins.unpin(PIN_PREFIX + id));
  }

  private static Program program(XlvsObjects objects, Direction direction) {
    return direction == Direction.INGRESS ? objects.ingress() : objects.egress();
  }

  private Set<Integer> pinned() {
    Set<Integer> ids = new HashSet<>();
    for (String name : pins.names()) {
      if (name.startsWith(PIN_PREFIX)) {
        ids.add(Integer.valueOf(name.substring(PIN_PREFIX.length())));
      }
    }
    return ids;
  }
}
