// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.bpf.Family;
import io.xlvs.bpf.Method;
import io.xlvs.loader.net.NetNs;

/** nftables in the place of the director: dnat on the way in, what connection tracking makes of it on the way out. */
final class NftablesNat implements LiveContender {
  private static final String RULES =
      """
      table FAMILY bench {
        chain in {
          type nat hook prerouting priority dstnat
          FAMILY daddr VIP tcp dport 80 dnat to SERVER:8080
        }
      }
      """;

  private final LiveBed bed;

  /** Flows that have an entry: these, however many CPUs send them. */
  private int established;

  NftablesNat(PinnedThreads threads, Family family) {
    bed = new LiveBed(LiveBed.Hook.TC, threads);
    Plan plan = Plan.of(Method.NAT, family, Transport.TCP);
    String server = Plan.text(plan.server());
    String rules =
        RULES
            .replace("FAMILY", family == Family.IPV4 ? "ip" : "ip6")
            .replace("VIP", Plan.text(plan.vip()))
            .replace("SERVER", family == Family.IPV4 ? server : "[" + server + "]");
    try (NetNs entered = bed.enter()) {
      // as behind a network card, which has verified checksums already
      Lab.run("sh", "-c", "echo 0 >/proc/sys/net/netfilter/nf_conntrack_checksum; nft -f - <<'END'\n" + rules + "END\n");
    } catch (RuntimeException e) {
      bed.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return "nftables DNAT";
  }

  @Override
  public LiveBed bed() {
    return bed;
  }

  /** Connection tracking takes up a connection in its middle: each flow's first packet makes its entry, for five days. */
  @Override
  public void establish(Traffic traffic, int cpus) {
    int flows = traffic.flows() * cpus;
    if (flows > established) {
      visitAll(traffic.requests(), cpus);
      established = flows;
    }
  }

  @Override
  public Arrival arrival(Traffic traffic) {
    return Arrival.of(traffic.mode(), traffic.plan());
  }
}
