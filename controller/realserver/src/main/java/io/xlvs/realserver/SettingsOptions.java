// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import picocli.CommandLine.Option;

/** What to set up, or to check. */
final class SettingsOptions {
  @Option(
      names = "--vip",
      paramLabel = "ADDRESS[,...]",
      description = "Virtual addresses, IPv4 or IPv6. Not used by fullnat, whose packets are addressed to the server itself.")
  private String vips;

  @Option(names = "--method", paramLabel = "dr|tun|fullnat", description = "How the director forwards to this server.")
  private String method;

  @Option(names = "--interface", paramLabel = "NAME", description = "Interface towards the director. Not used by fullnat.")
  private String device;

  @Option(
      names = "--director",
      paramLabel = "ADDRESS[/LEN][,...]",
      description =
          "Whose packets are believed: sources of the tunnel (tun), local addresses of the director (fullnat). Not used by dr.")
  private String directors;

  @Option(
      names = "--mss",
      paramLabel = "BYTES",
      description = "tun: largest MSS to announce, IPv4 and IPv6 (default: what fits the interface's MTU inside the tunnel).")
  private String mss;

  @Option(
      names = "--tun-type",
      paramLabel = "ipip|gre|gue[,...]",
      description = "tun: encapsulations to accept (default: all; fewer leave a larger MSS).")
  private String tunnels;

  @Option(names = "--tun-port", paramLabel = "PORT", description = "tun: UDP port of GUE (default: 6080).")
  private String tunPort;

  @Option(
      names = "--reply-interface",
      paramLabel = "NAME[,...]",
      description = "tun: interfaces besides --interface where replies leave (default: those of the default routes).")
  private String replyDevices;

  @Option(
      names = "--cgroup",
      paramLabel = "PATH",
      description = "fullnat: cgroup2 directory whose processes learn their clients' addresses (default: the root, all processes).")
  private String cgroup;

  /** Whether any was given. */
  boolean given() {
    return vips != null || method != null || device != null || directors != null || mss != null || tunnels != null
        || tunPort != null || replyDevices != null || cgroup != null;
  }

  Settings parse() {
    return SettingsParser.parse(
        new SettingsParser.Words(vips, method, device, directors, mss, tunnels, tunPort, replyDevices, cgroup), Cgroup2::root);
  }
}
