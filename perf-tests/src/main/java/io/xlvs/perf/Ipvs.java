// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.loader.net.NetNs;
import java.util.Map;

/**
 * The kernel's own IPVS in the place of the director, set up by ipvsadm: a service of round robin with one real server for each
 * method that it has. Needs a kernel with ip_vs.
 */
final class Ipvs implements LiveContender {
  /** Those that IPVS has, by ipvsadm's option. */
  private static final Map<Method, String> METHODS = Map.of(Method.NAT, "-m", Method.DR, "-g", Method.TUN, "-i");

  /** Its table has 2^20 buckets: the most that every kernel takes. No connection of ours shares one with many. */
  private static final int TABLE_BITS = 20;

  private final LiveBed bed;

  Ipvs(PinnedThreads threads) {
    load();
    bed = new LiveBed(LiveBed.Hook.TC, threads);
    try (NetNs entered = bed.enter()) {
      // A connection begins with a packet from its middle, as for nftables.
      Lab.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/vs/sloppy_tcp");
      METHODS.forEach((method, option) -> serve(Plan.of(method, Family.IPV4, Transport.TCP), option));
    } catch (RuntimeException e) {
      bed.close();
      throw e;
    }
  }

  /** Loads the module with a large table; fails where it has been loaded with a smaller one, or is not there. */
  private static void load() {
    Lab.run("modprobe", "ip_vs", "conn_tab_bits=" + TABLE_BITS);
    Lab.run("modprobe", "ip_vs_rr");
    if (!Lab.run("ipvsadm", "-Ln").contains("size=" + (1 << TABLE_BITS))) {
      throw new IllegalStateException("ip_vs has been loaded with another conn_tab_bits than " + TABLE_BITS + ": modprobe -r it first");
    }
  }

  /** A VIP is an address of the director: only what is delivered locally reaches IPVS. */
  private static void serve(Plan plan, String option) {
    String service = Plan.text(plan.vip()) + ":" + plan.servicePort();
    Lab.run("ip", "address", "add", Plan.text(plan.vip()) + "/32", "dev", "lo");
    Lab.run("ipvsadm", "-A", "-t", service, "-s", "rr");
    Lab.run("ipvsadm", "-a", "-t", service, "-r", Plan.text(plan.server()) + ":" + plan.serverPort(), option);
  }

  @Override
  public String name() {
    return "IPVS";
  }

  @Override
  public LiveBed bed() {
    return bed;
  }

  /** Each flow's first packet makes its connection. */
  @Override
  public void establish(Traffic traffic, int cpus) {
    visitAll(traffic.requests(), cpus);
  }

  @Override
  public Arrival arrival(Traffic traffic) {
    return Arrival.of(traffic.mode(), traffic.plan());
  }
}
