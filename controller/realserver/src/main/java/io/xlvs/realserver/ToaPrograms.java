// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import io.xlvs.loader.AttachType;
import io.xlvs.loader.Collection;
import io.xlvs.loader.CollectionSpec;
import io.xlvs.loader.Program;
import io.xlvs.loader.link.Cgroups;
import io.xlvs.loader.link.Link;
import io.xlvs.loader.map.RawMap;
import io.xlvs.loader.pin.PinDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The reader of client addresses: three programs on a cgroup, held there by pinned links. */
final class ToaPrograms {
  private static final String CLIENTS = "toa_clients";

  /** Those who answer come first: a client is never learnt that cannot be told. */
  private enum Part {
    PEER4("xlvs_toa_peer4", AttachType.CGROUP_INET4_GETPEERNAME, "getpeername4 hook"),
    PEER6("xlvs_toa_peer6", AttachType.CGROUP_INET6_GETPEERNAME, "getpeername6 hook"),
    READER("xlvs_toa_read", AttachType.CGROUP_SOCK_OPS, "TOA reader (sock_ops)");

    private final String program;
    private final AttachType attachType;
    private final String title;

    Part(String program, AttachType attachType, String title) {
      this.program = program;
      this.attachType = attachType;
      this.title = title;
    }

    private String pin() {
      return "link_" + program;
    }
  }

  private final Path pins;

  ToaPrograms(Path pins) {
    this.pins = pins;
  }

  /** Loads and attaches, or replaces the programs of links that are there; connections keep what they have learnt. */
  void attach(Settings settings) {
    CollectionSpec spec = Programs.spec("toa");
    for (String map : List.of(Programs.DIRECTORS, Programs.COUNTS, CLIENTS)) {
      spec.map(map).pinAt(pins.resolve(map));
    }
    try (Collection live = spec.load()) {
      Programs.fill(live.map(Programs.DIRECTORS), Programs.PREFIX, settings.directors());
      for (Part part : Part.values()) {
        attach(live.program(part.program), part, settings.cgroup());
      }
    }
  }

  private void attach(Program program, Part part, Path cgroup) {
    Path pin = pins.resolve(part.pin());
    if (Files.exists(pin)) {
      try (Link link = Link.openPinned(pin)) {
        if (link.info().cgroupId() == inode(cgroup)) {
          link.update(program);
          return;
        }
      }
      // Of a cgroup that was removed, and made anew under the same path.
      PinDirectory.unpin(pin);
    }
    try (Link link = Cgroups.attach(program, cgroup, part.attachType)) {
      link.pin(pin);
    }
  }

  /** The kernel's id of a cgroup is the inode of its directory. */
  private static long inode(Path cgroup) {
    try {
      return ((Number) Files.getAttribute(cgroup, "unix:ino")).longValue();
    } catch (IOException e) {
      throw new SetupException("cannot read cgroup " + cgroup + ": " + e.getMessage(), e);
    }
  }

  /** Adds one finding for each program and one for the directors. */
  void check(Settings settings, Findings findings) {
    if (!Cgroup2.isDirectory(settings.cgroup())) {
      findings.missing("cgroup " + settings.cgroup(), "create it, or name another with --cgroup, and run 'up' again");
      return;
    }
    long cgroup = inode(settings.cgroup());
    List<Part> missing = new ArrayList<>();
    for (Part part : Part.values()) {
      Path pin = pins.resolve(part.pin());
      String what = part.title + " on " + settings.cgroup();
      if (!Files.exists(pin)) {
        findings.missing(what, "run 'up' again");
        missing.add(part);
        continue;
      }
      try (Link link = Link.openPinned(pin)) {
        findings.expect(what, link.info().cgroupId() == cgroup, "is attached to another cgroup; run 'up' again");
      }
    }
    findings.expectSame("directors", missing.isEmpty() ? directors() : Set.of(), settings.directors());
  }

  private Set<Prefix> directors() {
    try (RawMap map = RawMap.openPinned(pins.resolve(Programs.DIRECTORS))) {
      return Programs.members(map, Programs.PREFIX);
    }
  }
}
