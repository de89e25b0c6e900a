// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.config;

import static io.xlvs.controller.config.Given.first;
import static io.xlvs.controller.config.Given.range;

import io.xlvs.controller.dataplane.AttachMode;
import io.xlvs.controller.dataplane.DataPlaneOptions;
import io.xlvs.controller.dataplane.DataPlaneOptions.Capacities;
import io.xlvs.controller.dataplane.FtpPorts;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The forwarding plane. Capacities are entries; see {@link Capacities}.
 *
 * @param attachMode "auto", "native", "tc" or "generic"
 * @param flowCache mebibytes
 * @param ftpPorts see {@link FtpPorts}
 */
public record DataPlaneConfig(
    List<String> interfaces,
    String attachMode,
    String bpffs,
    Long connections,
    Long halfOpen,
    Long services,
    Long servers,
    Long localAddresses,
    Long markEntries,
    Long ringEntries,
    Long flowCache,
    List<Integer> ftpPorts) {
  /** Nothing given. */
  public static final DataPlaneConfig NONE = new DataPlaneConfig(null, null, null, null, null, null, null, null, null, null, null, null);

  private static final String DEFAULT_BPFFS = "/run/xlvs/bpf";
  private static final long MAX_ENTRIES = 1L << 28;

  /** This where it is given, else the other. */
  public DataPlaneConfig over(DataPlaneConfig other) {
    return new DataPlaneConfig(first(interfaces, other.interfaces), first(attachMode, other.attachMode), first(bpffs, other.bpffs),
        first(connections, other.connections), first(halfOpen, other.halfOpen), first(services, other.services),
        first(servers, other.servers), first(localAddresses, other.localAddresses), first(markEntries, other.markEntries),
        first(ringEntries, other.ringEntries), first(flowCache, other.flowCache),
        first(ftpPorts, other.ftpPorts));
  }

  /** Where pins are. */
  public Path bpffsPath() {
    return Path.of(first(bpffs, DEFAULT_BPFFS));
  }

  /** Checked, with defaults. */
  public DataPlaneOptions toOptions() throws ConfigException {
    if (interfaces == null || interfaces.isEmpty()) {
      throw new ConfigException("no interface is given: --interface eth0 would be right, several as --interface eth0,eth1");
    }
    Set<String> unique = new TreeSet<>();
    for (String name : interfaces) {
      if (name == null || name.isBlank()) {
        throw new ConfigException("interface \"" + name + "\" is empty: the name of a network interface would be right");
      }
      if (!unique.add(name)) {
        throw new ConfigException("interface " + name + " is given twice: once would be right");
      }
    }
    Capacities otherwise = Capacities.DEFAULT;
    return new DataPlaneOptions(interfaces, mode(first(attachMode, AttachMode.AUTO.text())), bpffsPath(), new Capacities(
        range("connections", first(connections, otherwise.connections()), 1024, MAX_ENTRIES),
        range("half-open", first(halfOpen, otherwise.halfOpen()), 1024, MAX_ENTRIES),
        range("services", first(services, otherwise.services()), 1, 1 << 20),
        range("servers", first(servers, otherwise.servers()), 1, 1 << 24),
        range("local-addresses", first(localAddresses, otherwise.localAddresses()), 1, 1 << 20),
        range("mark-entries", first(markEntries, otherwise.markEntries()), 1, 1 << 24),
        range("ring-entries", first(ringEntries, otherwise.ringEntries()), 4096, MAX_ENTRIES),
        range("flow-cache", first(flowCache, otherwise.flowCacheBytes() >> 20), 1, 1 << 16) << 20), ftpPortsOrDefault());
  }

  private FtpPorts ftpPortsOrDefault() throws ConfigException {
    if (ftpPorts == null) {
      return FtpPorts.DEFAULT;
    }
    Set<Integer> unique = new TreeSet<>();
    for (Integer port : ftpPorts) {
      range("ftp-ports: port", port == null ? 0 : port, 1, 65535);
      if (!unique.add(port)) {
        throw new ConfigException("ftp-ports: port " + port + " is given twice: once would be right");
      }
    }
    range("ftp-ports: number of ports", unique.size(), 0, FtpPorts.MOST);
    return new FtpPorts(ftpPorts);
  }

  private static AttachMode mode(String text) throws ConfigException {
    for (AttachMode mode : AttachMode.values()) {
      if (mode.text().equals(text)) {
        return mode;
      }
    }
    throw new ConfigException("attach-mode \"" + text + "\" is not known: auto, native, tc or generic would be");
  }
}
