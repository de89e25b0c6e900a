// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.XlvsObjects;
import io.xlvs.controller.net.Link;
import io.xlvs.controller.net.Rtnetlink;
import io.xlvs.loader.BpfException;
import io.xlvs.loader.pin.PinDirectory;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/** Programs on interfaces: tc always, XDP in front of it where it is wanted. Both outlive the daemon, and the next one replaces them in one step. */
final class Attachments {
  private static final int EBUSY = 16;
  private static final int EEXIST = 17;
  private static final int EPERM = 1;

  private final TcFilters tc;
  private final XdpLinks xdp;

  Attachments(PinDirectory pins, Rtnetlink netlink) {
    this.tc = new TcFilters(pins, netlink);
    this.xdp = new XdpLinks(pins);
  }

  /** Refuses an interface that another has. Changes nothing. */
  void check(Link link, String name, AttachMode mode) throws DataPlaneException {
    if (tc.areForeign(link.index())) {
      throw new DataPlaneException("interface " + name + " has the tc filters of another xlvsd: take that one down "
          + "(xlvsd --detach --bpffs ITS-DIRECTORY), or if its pins are gone remove them (tc qdisc del dev " + link.name() + " clsact)");
    }
    if (AttachChoice.of(mode, link).xdp().isPresent() && xdp.isForeign(link.index())) {
      throw occupied(name, link, null);
    }
  }

  /** Attaches to an interface that was checked. */
  DataPlaneStatus.Interface attach(XlvsObjects objects, Link link, String name, AttachMode mode) throws DataPlaneException {
    AttachChoice choice = AttachChoice.of(mode, link);
    try {
      tc.attach(link.index(), objects); // first: what XDP passes on must find it there
    } catch (BpfException e) {
      throw new DataPlaneException("interface " + name + ": tc cannot be attached: " + e.getMessage(), e);
    }
    if (choice.xdp().isEmpty()) {
      xdp.remove(link.index());
      return new DataPlaneStatus.Interface(name, link.index(), AttachMode.TC.text(), choice.note());
    }
    Optional<BpfException> failure = xdp.attach(objects.xdp(), link.index(), choice.xdp().get());
    if (failure.isEmpty()) {
      AttachMode got = mode == AttachMode.GENERIC ? AttachMode.GENERIC : AttachMode.NATIVE;
      return new DataPlaneStatus.Interface(name, link.index(), got.text(), choice.note());
    }
    BpfException refusal = failure.get();
    if (refusal.errno() == EBUSY || refusal.errno() == EEXIST) {
      throw occupied(name, link, refusal);
    }
    if (choice.required() || refusal.errno() == EPERM) {
      throw new DataPlaneException(
          "interface " + name + ": XDP cannot be attached: " + refusal.getMessage() + "; use --attach-mode auto or tc", refusal);
    }
    String device = link.kind().isEmpty() ? "its driver has" : "a " + link.kind() + " has";
    String note = device + " no native XDP for this program: " + refusal.getMessage();
    return new DataPlaneStatus.Interface(name, link.index(), AttachMode.TC.text(), note);
  }

  private static DataPlaneException occupied(String name, Link link, BpfException cause) {
    return new DataPlaneException("interface " + name + ": XDP cannot be attached: another XDP program is attached; remove it (ip link set "
        + link.name() + " xdp off) or use --attach-mode tc", cause);
  }

  /** Whether what {@link #attach} has done is still so. */
  boolean isAttached(XlvsObjects objects, DataPlaneStatus.Interface as) {
    return tc.areAttached(as.index(), objects)
        && (as.attachMode().equals(AttachMode.TC.text()) || xdp.isAttached(as.index(), objects.xdp()));
  }

  /** Which interfaces have programs of ours, also from earlier processes. */
  Set<Integer> held(Collection<Link> links) {
    Set<Integer> held = xdp.interfaces();
    links.stream().map(Link::index).filter(tc::arePresent).forEach(held::add);
    return held;
  }

  /** Takes everything of ours off all interfaces but these. */
  void detachOthers(Set<Integer> wanted, Collection<Link> links) {
    xdp.interfaces().stream().filter(index -> !wanted.contains(index)).forEach(xdp::remove);
    links.stream().map(Link::index).filter(index -> !wanted.contains(index)).forEach(tc::detach);
  }

  /** Programs of earlier processes are attached nowhere any more. */
  void forgetEarlier(XlvsObjects objects) {
    tc.forgetEarlier(objects);
  }
}
