// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import io.xlvs.loader.Collection;
import io.xlvs.loader.CollectionSpec;
import io.xlvs.loader.Program;
import io.xlvs.loader.link.TcHook;
import io.xlvs.loader.link.TcHook.Direction;
import io.xlvs.loader.map.Codec;
import io.xlvs.loader.map.RawMap;
import io.xlvs.loader.pin.PinDirectory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The tunnel's end: decapsulation on the way in, a lower MSS on the way out. */
final class TunnelPrograms {
  private static final String DECAPSULATE = "xlvs_decapsulate";
  private static final String LOWER_MSS = "xlvs_lower_mss";

  /** The section of variables set before load, and the name of its pin, which may have no dot. */
  private static final String VARIABLES = ".rodata";
  private static final String VARIABLES_PIN = "variables";

  private final Host host;
  private final Path pins;

  TunnelPrograms(Host host, Path pins) {
    this.host = host;
    this.pins = pins;
  }

  /**
   * Loads the programs and attaches them to the filters of a plan, replacing earlier ones in one step each. The qdiscs exist.
   */
  void attach(Settings settings, List<FilterKey> filters) {
    CollectionSpec spec = spec(settings, device(settings.device()));
    try (Collection live = spec.load()) {
      Programs.fill(live.map(Programs.DIRECTORS), Programs.PREFIX, settings.directors());
      Programs.fill(live.map(Programs.VIPS), Programs.ADDRESS, settings.vips());
      for (FilterKey filter : filters) {
        TcHook.of(device(filter.device()).index(), filter.direction())
            .attach(live.program(programName(filter)), filter.identity(), true);
      }
      for (String map : List.of(Programs.DIRECTORS, Programs.VIPS, Programs.COUNTS)) {
        Programs.repin(pins.resolve(map), live, map);
      }
      PinDirectory.unpin(pins.resolve(VARIABLES_PIN));
      live.map(VARIABLES).pin(pins.resolve(VARIABLES_PIN));
      for (String program : List.of(DECAPSULATE, LOWER_MSS)) {
        Programs.repin(pins.resolve(program), live.program(program));
      }
    }
  }

  /** The object with its variables set as the settings and the interface's MTU want them. */
  private static CollectionSpec spec(Settings settings, Device device) {
    CollectionSpec spec = Programs.spec("tunnel");
    spec.variable("tunnels").set(settings.tunnels().stream().mapToInt(Tunnel::mask).sum());
    // Network order.
    spec.variable("gue_port").set(new byte[] {(byte) (settings.tunPort() >> 8), (byte) settings.tunPort()});
    spec.variable("mss_ipv4").set(settings.mssBytes(false, device.mtu()));
    spec.variable("mss_ipv6").set(settings.mssBytes(true, device.mtu()));
    return spec;
  }

  private static String programName(FilterKey filter) {
    return filter.direction() == Direction.INGRESS ? DECAPSULATE : LOWER_MSS;
  }

  private Device device(String name) {
    return host.device(name).orElseThrow(() -> new SetupException("interface " + name + " is gone"));
  }

  /** Adds one finding for each filter, MSS and set. */
  void check(Settings settings, List<FilterKey> filters, Findings findings) {
    for (FilterKey filter : filters) {
      checkFilter(filter, findings);
    }
    checkMss(settings, findings);
    findings.expectSame("directors", pinnedMembers(Programs.DIRECTORS, Programs.PREFIX), settings.directors());
    findings.expectSame("VIPs of the tunnel", pinnedMembers(Programs.VIPS, Programs.ADDRESS), settings.vips());
  }

  /** The MSS follows from the MTU, which may have changed since. */
  private void checkMss(Settings settings, Findings findings) {
    Optional<Device> device = host.device(settings.device());
    Path pin = pins.resolve(VARIABLES_PIN);
    if (device.isEmpty() || !Files.exists(pin)) {
      return;
    }
    CollectionSpec wanted = spec(settings, device.get());
    try (RawMap map = RawMap.openPinned(pin)) {
      ByteBuffer key = ByteBuffer.allocateDirect(Integer.BYTES);
      ByteBuffer live = ByteBuffer.allocateDirect(map.valueSizeBytes()).order(ByteOrder.nativeOrder());
      map.lookup(key, live);
      for (String variable : List.of("mss_ipv4", "mss_ipv6")) {
        int expected = wanted.variable(variable).initial().getShort(0) & 0xffff;
        int actual = live.getShort(wanted.variable(variable).offsetBytes()) & 0xffff;
        findings.expect(
            "MSS announced (" + (variable.equals("mss_ipv4") ? "IPv4" : "IPv6") + ") at most " + expected,
            actual == expected, "it is " + actual + " since the MTU or the settings were others; run 'up' again");
      }
    }
  }

  private <K> Set<K> pinnedMembers(String map, Codec<K> codec) {
    if (!Files.exists(pins.resolve(map))) {
      return Set.of();
    }
    try (RawMap live = RawMap.openPinned(pins.resolve(map))) {
      return Programs.members(live, codec);
    }
  }

  private void checkFilter(FilterKey filter, Findings findings) {
    String what = programName(filter) + " on " + filter.direction().name().toLowerCase(Locale.ROOT) + " of " + filter.device();
    Optional<Integer> attached =
        host.device(filter.device())
            .flatMap(device -> TcHook.of(device.index(), filter.direction()).query(filter.identity()));
    Path pin = pins.resolve(programName(filter));
    if (attached.isEmpty() || !Files.exists(pin)) {
      findings.missing(what, "run 'up' again");
      return;
    }
    try (Program program = Program.openPinned(pin)) {
      findings.expect(what, program.info().id() == attached.get(), "another program sits there; run 'up' again");
    }
  }
}
