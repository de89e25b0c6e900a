// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.XlvsObjects;
import io.xlvs.controller.net.Link;
import io.xlvs.loader.BpfException;
import io.xlvs.loader.Program;
import io.xlvs.loader.link.TcFilter;
import io.xlvs.loader.link.TcHook;
import io.xlvs.loader.link.Xdp;
import io.xlvs.loader.link.XdpMode;
import io.xlvs.loader.net.NetDevices;
import io.xlvs.loader.pin.PinDirectory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Programs on interfaces. XDP is held by links pinned as xdp_IFINDEX, tc by filters of a fixed handle and priority; both outlive
 * the daemon, and the next one replaces their program in one step.
 */
final class Attachments {
  /** Ours among an interface's filters: "xlvs" in ASCII. */
  private static final TcFilter FILTER = new TcFilter(0x786c7673, 100);

  private static final String PIN_PREFIX = "xdp_";
  private static final String PROGRAM_PREFIX = "xlvs_";
  private static final int EBUSY = 16;
  private static final int EEXIST = 17;
  private static final int EPERM = 1;

  private final PinDirectory pins;

  Attachments(PinDirectory pins) {
    this.pins = pins;
  }

  /** Attaches to these interfaces and detaches from all others of {@code links}. */
  List<DataPlaneStatus.Interface> attach(XlvsObjects objects, DataPlaneOptions options, Collection<Link> links)
      throws DataPlaneException {
    List<DataPlaneStatus.Interface> attached = new ArrayList<>();
    Set<Integer> wanted = new HashSet<>();
    for (String name : options.interfaces()) {
      int ifindex = indexOf(name);
      wanted.add(ifindex);
      attached.add(attach(objects, options.attachMode(), name, ifindex));
    }
    detachOthers(wanted, links);
    return attached;
  }

  private static int indexOf(String name) throws DataPlaneException {
    try {
      return NetDevices.indexOf(name);
    } catch (BpfException e) {
      throw new DataPlaneException("interface " + name + " does not exist: an existing one would be right (ip link)", e);
    }
  }

  private DataPlaneStatus.Interface attach(XlvsObjects objects, AttachMode mode, String name, int ifindex)
      throws DataPlaneException {
    try {
      // tc first: what XDP passes on must find it there.
      attachTc(ifindex, TcHook.Direction.INGRESS, objects.ingress());
      attachTc(ifindex, TcHook.Direction.EGRESS, objects.egress());
    } catch (BpfException e) {
      throw new DataPlaneException("interface " + name + ": tc cannot be attached: " + e.getMessage(), e);
    }
    String note = "";
    if (mode == AttachMode.NATIVE || mode == AttachMode.AUTO) {
      Optional<BpfException> failure = tryXdp(objects.xdp(), ifindex, XdpMode.NATIVE);
      if (failure.isEmpty()) {
        return new DataPlaneStatus.Interface(name, ifindex, "native", "");
      } else if (mode == AttachMode.NATIVE || isRefusal(failure.get())) {
        throw refused(name, failure.get());
      }
      note = "no native XDP: " + failure.get().getMessage();
    } else if (mode == AttachMode.GENERIC) {
      Optional<BpfException> failure = tryXdp(objects.xdp(), ifindex, XdpMode.GENERIC);
      if (failure.isPresent()) {
        throw refused(name, failure.get());
      }
      return new DataPlaneStatus.Interface(name, ifindex, "generic", "");
    }
    removeLink(pin(ifindex));
    return new DataPlaneStatus.Interface(name, ifindex, "tc", note);
  }

  private static boolean isRefusal(BpfException e) {
    return isOccupied(e) || e.errno() == EPERM;
  }

  /** EBUSY: another native program. EEXIST: another generic one. */
  private static boolean isOccupied(BpfException e) {
    return e.errno() == EBUSY || e.errno() == EEXIST;
  }

  private static DataPlaneException refused(String name, BpfException cause) {
    String remedy =
        isOccupied(cause)
            ? "another XDP program is attached; remove it (ip link set " + name + " xdp off) or use --attach-mode tc"
            : cause.getMessage() + "; use --attach-mode auto or tc";
    return new DataPlaneException("interface " + name + ": XDP cannot be attached: " + remedy, cause);
  }

  private void attachTc(int ifindex, TcHook.Direction direction, Program program) {
    TcHook hook = TcHook.of(ifindex, direction);
    hook.create();
    hook.attach(program, FILTER, true);
  }

  private Optional<BpfException> tryXdp(Program program, int ifindex, XdpMode mode) {
    if (update(program, ifindex, mode)) {
      return Optional.empty();
    }
    removeLink(pin(ifindex));
    try (io.xlvs.loader.link.Link link = Xdp.attach(program, ifindex, mode)) {
      link.pin(pins.resolve(pin(ifindex)));
      return Optional.empty();
    } catch (BpfException e) {
      return Optional.of(e);
    }
  }

  /** Takes a link off its interface at once: removing the pin alone leaves that to the kernel's leisure. */
  private void removeLink(String pin) {
    if (!pins.has(pin)) {
      return;
    }
    try (io.xlvs.loader.link.Link link = io.xlvs.loader.link.Link.openPinned(pins.resolve(pin))) {
      link.detach();
    }
    pins.unpin(pin);
  }

  /** Replaces the program of a link that an earlier process pinned, if it is of this interface and mode. */
  private boolean update(Program program, int ifindex, XdpMode mode) {
    if (!pins.has(pin(ifindex))) {
      return false;
    }
    try (io.xlvs.loader.link.Link link = io.xlvs.loader.link.Link.openPinned(pins.resolve(pin(ifindex)))) {
      var info = link.info();
      var status = Xdp.query(ifindex);
      int there = mode == XdpMode.NATIVE ? status.nativeProgramId() : status.genericProgramId();
      if (info.ifindex() != ifindex || there != info.programId()) {
        return false;
      }
      link.update(program);
      return true;
    }
  }

  private void detachOthers(Set<Integer> wanted, Collection<Link> links) {
    for (String name : pins.names()) {
      if (name.startsWith(PIN_PREFIX) && !wanted.contains(Integer.valueOf(name.substring(PIN_PREFIX.length())))) {
        removeLink(name);
      }
    }
    for (Link link : links) {
      if (!wanted.contains(link.index())) {
        detachTc(link.index());
      }
    }
  }

  /** Takes everything off all interfaces. */
  void detachAll(Collection<Link> links) {
    detachOthers(Set.of(), links);
  }

  private static void detachTc(int ifindex) {
    for (TcHook.Direction direction : TcHook.Direction.values()) {
      TcHook hook = TcHook.of(ifindex, direction);
      if (hook.query(FILTER).map(Attachments::isOurs).orElse(false)) {
        hook.detach(FILTER);
      }
    }
  }

  private static boolean isOurs(int programId) {
    try (Program program = Program.openById(programId)) {
      return program.name().startsWith(PROGRAM_PREFIX);
    }
  }

  private static String pin(int ifindex) {
    return PIN_PREFIX + ifindex;
  }
}
