// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.loader.BpfException;
import io.xlvs.loader.Program;
import io.xlvs.loader.link.Link;
import io.xlvs.loader.link.LinkInfo;
import io.xlvs.loader.link.Xdp;
import io.xlvs.loader.link.XdpMode;
import io.xlvs.loader.link.XdpStatus;
import io.xlvs.loader.pin.PinDirectory;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The XDP program on interfaces, held by links pinned as xdp_IFINDEX, which outlive the daemon. */
final class XdpLinks {
  private static final String PIN_PREFIX = "xdp_";

  private final PinDirectory pins;

  XdpLinks(PinDirectory pins) {
    this.pins = pins;
  }

  /** Whether an XDP program is there that is not ours. */
  boolean isForeign(int ifindex) {
    XdpStatus status = Xdp.query(ifindex);
    int own = attached(ifindex);
    return status.nativeProgramId() != 0 && status.nativeProgramId() != own
        || status.genericProgramId() != 0 && status.genericProgramId() != own;
  }

  /** Whether exactly this program is attached. */
  boolean isAttached(int ifindex, Program program) {
    return attached(ifindex) == program.info().id();
  }

  /** The program of our link on an interface; 0 without one. A link whose interface has gone has index 0, also if the index is given again. */
  private int attached(int ifindex) {
    if (!pins.has(pin(ifindex))) {
      return 0;
    }
    try (Link link = open(ifindex)) {
      LinkInfo info = link.info();
      return info.ifindex() == ifindex ? info.programId() : 0;
    }
  }

  /** Attaches the program, or replaces that of an earlier process in one step; why not, if the kernel refuses. */
  Optional<BpfException> attach(Program program, int ifindex, XdpMode mode) {
    if (update(program, ifindex, mode)) {
      return Optional.empty();
    }
    remove(ifindex);
    try (Link link = Xdp.attach(program, ifindex, mode)) {
      link.pin(pins.resolve(pin(ifindex)));
      return Optional.empty();
    } catch (BpfException e) {
      return Optional.of(e);
    }
  }

  private boolean update(Program program, int ifindex, XdpMode mode) {
    int own = attached(ifindex);
    XdpStatus status = Xdp.query(ifindex);
    if (own == 0 || own != (mode == XdpMode.NATIVE ? status.nativeProgramId() : status.genericProgramId())) {
      return false;
    }
    try (Link link = open(ifindex)) {
      link.update(program);
      return true;
    }
  }

  /** Takes our link off at once, wherever the interface is now: removing the pin alone leaves that to the kernel's leisure. */
  void remove(int ifindex) {
    if (!pins.has(pin(ifindex))) {
      return;
    }
    try (Link link = open(ifindex)) {
      link.detach();
    }
    pins.unpin(pin(ifindex));
  }

  /** Interfaces with a link, also those that have gone. */
  Set<Integer> interfaces() {
    Set<Integer> indices = new TreeSet<>();
    for (String name : pins.names()) {
      if (name.startsWith(PIN_PREFIX)) {
        indices.add(Integer.valueOf(name.substring(PIN_PREFIX.length())));
      }
    }
    return indices;
  }

  private Link open(int ifindex) {
    return Link.openPinned(pins.resolve(pin(ifindex)));
  }

  private static String pin(int ifindex) {
    return PIN_PREFIX + ifindex;
  }
}
