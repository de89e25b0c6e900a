// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * What a data plane is started with.
 *
 * @param interfaces names, at least one; packets are taken from all of them
 * @param attachMode how to attach
 * @param bpffs directory of a bpf file system for pins; mounted there if there is none
 * @param capacities sizes of the tables
 * @param ftpPorts ports of FTP's control connections
 */
public record DataPlaneOptions(
    List<String> interfaces, AttachMode attachMode, Path bpffs, Capacities capacities, FtpPorts ftpPorts) {
  public DataPlaneOptions {
    interfaces = List.copyOf(interfaces);
    Objects.requireNonNull(attachMode, "attachMode");
    Objects.requireNonNull(bpffs, "bpffs");
    Objects.requireNonNull(capacities, "capacities");
    Objects.requireNonNull(ftpPorts, "ftpPorts");
  }

  /** With FTP on its own port. */
  public DataPlaneOptions(List<String> interfaces, AttachMode attachMode, Path bpffs, Capacities capacities) {
    this(interfaces, attachMode, bpffs, capacities, FtpPorts.DEFAULT);
  }

  /**
   * Sizes of tables, in entries. A restart may enlarge all but those of connections, whose state it keeps.
   *
   * @param connections established connections; never evicted, a full table refuses new ones
   * @param halfOpen handshakes in progress; the oldest give way
   * @param services virtual services
   * @param servers real servers of all services together
   * @param localAddresses local addresses of all services together
   * @param markEntries what firewall marks may take of the service table: an entry for each address of their rules with each port (every
   *     port counts as one), for each address, and for each NAT server of their services
   * @param ringEntries scheduler rings of all services together: a service of rr or wrr takes the sum of its weights (divided by their
   *     common divisor), of sh and dh 256, of mh 4093, of the others one to four for each server
   * @param flowCacheBytes memory of the flow caches of all CPUs together
   */
  public record Capacities(
      long connections, long halfOpen, long services, long servers, long localAddresses, long markEntries, long ringEntries,
      long flowCacheBytes) {
    /** For a host with a few hundred services; the whole takes about 300 MiB. */
    public static final Capacities DEFAULT = new Capacities(1 << 20, 1 << 18, 1 << 14, 1 << 16, 1 << 12, 1 << 16, 1 << 22, 64L << 20);
  }
}
