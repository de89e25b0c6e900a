// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Bucket;
import io.xlvs.bpf.Control;
import io.xlvs.bpf.Endpoint;
import io.xlvs.bpf.EndpointKind;
import io.xlvs.bpf.Family;
import io.xlvs.bpf.ServiceTable;
import io.xlvs.bpf.TableMemory;
import io.xlvs.bpf.WireAddress;
import io.xlvs.controller.service.Configuration;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.MarkRule;
import io.xlvs.controller.service.MarkRuleKey;
import io.xlvs.controller.service.PortRange;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.ServiceKey;
import io.xlvs.controller.service.Sysctls;
import io.xlvs.controller.service.Timeouts;
import io.xlvs.controller.service.VirtualService;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who gets a request: read back as a packet's search reads it, exact port first, then every port. */
class RequestTableTest {
  private static final int BUCKETS = 16384;
  private static final List<PortRange> NO_PORTS = List.of();
  private static final List<PortRange> ALL = List.of(PortRange.ALL);

  private final EndpointSet endpoints = new EndpointSet();
  private final RequestTable requests = new RequestTable(endpoints, 1000);
  private final Map<ServiceKey, AppliedService> services = new LinkedHashMap<>();
  private final ServiceTable table = new ServiceTable(
      TableMemory.allocate(2 * BUCKETS * Bucket.LAYOUT.size()), TableMemory.allocate(Control.LAYOUT.size()), BUCKETS, 1, () -> { });

  private void add(String... keys) {
    for (String text : keys) {
      ServiceKey key = ServiceKey.parse(text);
      AppliedService service = new AppliedService(services.size() + 1, 0, key, false);
      services.put(key, service);
      service.present = true;
      requests.add(service);
    }
  }

  private void remove(String key) {
    AppliedService service = services.remove(ServiceKey.parse(key));
    service.present = false;
    requests.remove(service);
  }

  private static List<PortRange> ports(int... ports) {
    return Arrays.stream(ports).mapToObj(port -> new PortRange(port, port)).toList();
  }

  private static MarkRule rule(String key, List<PortRange> tcp, List<PortRange> udp) {
    return new MarkRule(MarkRuleKey.parse(key), tcp, udp, List.of(), 1);
  }

  private void mark(MarkRule... rules) {
    List<VirtualService> configured = services.keySet().stream()
        .map(key -> new VirtualService(key, "rr", Set.of(), 60, -1, 128, "", false, Timeouts.NONE, List.of(), List.of(), 1, 1)).toList();
    requests.mark(MarkEndpoints.of(Configuration.of(1, Timeouts.DEFAULT, Sysctls.DEFAULT, configured, List.of(rules))), services);
    endpoints.flush(table);
  }

  /** The service that the data plane finds for a request; empty: not ours. */
  private String whose(String protocol, String address, int port) {
    Endpoint found = find(protocol, address, port);
    found = found != null ? found : find(protocol, address, 0);
    if (found == null) {
      return "";
    }
    int index = found.index();
    return services.values().stream().filter(service -> service.index == index).findFirst().orElseThrow().key.text();
  }

  private Endpoint find(String protocol, String address, int port) {
    IpAddress ip = IpAddress.parse(address);
    int number = Protocol.valueOf(protocol.toUpperCase(Locale.ROOT)).number();
    return table.find(new Endpoint(Convert.wire(ip), port, number, EndpointKind.SERVICE, Convert.family(ip.family()), 0));
  }

  private boolean isVip(String address) {
    IpAddress ip = IpAddress.parse(address);
    return table.find(new Endpoint(Convert.wire(ip), 0, 0, EndpointKind.VIP, Convert.family(ip.family()), 0)) != null;
  }

  @Test
  void aMarksServiceWinsOverAnAddresssForItsPacketsAndGivesThemBack() {
    add("tcp:10.0.0.100:80", "tcp:10.0.0.100:443", "fwm4:1");
    mark(rule("1:10.0.0.100", ports(80), NO_PORTS));
    assertThat(whose("tcp", "10.0.0.100", 80)).isEqualTo("fwm4:1");
    assertThat(whose("tcp", "10.0.0.100", 443)).isEqualTo("tcp:10.0.0.100:443");
    mark(rule("1:10.0.0.100", ports(443), NO_PORTS));
    assertThat(whose("tcp", "10.0.0.100", 80)).isEqualTo("tcp:10.0.0.100:80");
    assertThat(whose("tcp", "10.0.0.100", 443)).isEqualTo("fwm4:1");
    remove("fwm4:1");
    mark(rule("1:10.0.0.100", ports(443), NO_PORTS));
    assertThat(whose("tcp", "10.0.0.100", 443)).isEqualTo("tcp:10.0.0.100:443");
    assertThat(table.size()).isEqualTo(3);
  }

  /** The service of a mark that a packet itself carries, where tc sees it; -1: none. */
  private int ofMark(int mark, Family family) {
    Endpoint found = table.find(new Endpoint(WireAddress.ofIpv4(mark), 0, 0, EndpointKind.MARK, family, 0));
    return found == null ? -1 : found.index();
  }

  @Test
  void aMarksServiceIsFoundByTheMarkItselfInItsFamily() {
    add("fwm4:7", "fwm6:7", "fwm4:4294967295");
    mark();
    assertThat(ofMark(7, Family.IPV4)).isEqualTo(1);
    assertThat(ofMark(7, Family.IPV6)).isEqualTo(2);
    assertThat(ofMark(-1, Family.IPV4)).isEqualTo(3);
    assertThat(ofMark(-1, Family.IPV6)).isEqualTo(-1);
    remove("fwm4:7");
    mark();
    assertThat(ofMark(7, Family.IPV4)).isEqualTo(-1);
    assertThat(ofMark(7, Family.IPV6)).isEqualTo(2);
  }

  @Test
  void aServiceThatComesLaterIsCoveredTooAndLeavesNothingBehind() {
    add("fwm4:1");
    mark(rule("1:10.0.0.100", ports(80), NO_PORTS));
    add("tcp:10.0.0.100:80");
    endpoints.flush(table);
    assertThat(whose("tcp", "10.0.0.100", 80)).isEqualTo("fwm4:1");
    remove("tcp:10.0.0.100:80");
    endpoints.flush(table);
    assertThat(whose("tcp", "10.0.0.100", 80)).isEqualTo("fwm4:1");
    assertThat(isVip("10.0.0.100")).isTrue();
    mark();
    assertThat(table.size()).as("the mark itself").isEqualTo(1);
  }

  @Test
  void everyPortIsOneEntryAndCoversServicesOnSinglePorts() {
    add("tcp:10.0.0.100:80", "udp:10.0.0.100:53", "fwm4:1");
    mark(rule("1:10.0.0.100", ALL, NO_PORTS));
    assertThat(whose("tcp", "10.0.0.100", 80)).isEqualTo("fwm4:1");
    assertThat(whose("tcp", "10.0.0.100", 65535)).isEqualTo("fwm4:1");
    assertThat(whose("udp", "10.0.0.100", 53)).isEqualTo("udp:10.0.0.100:53");
    assertThat(whose("udp", "10.0.0.100", 54)).isEmpty();
    assertThat(requests.markEntries()).as("with the VIP").isEqualTo(2);
  }

  @Test
  void aServiceOnEveryPortKeepsThoseThatNoRuleNames() {
    add("tcp:10.0.0.100:0", "fwm4:1");
    mark(rule("1:10.0.0.100", ports(80), NO_PORTS));
    assertThat(whose("tcp", "10.0.0.100", 80)).isEqualTo("fwm4:1");
    assertThat(whose("tcp", "10.0.0.100", 81)).isEqualTo("tcp:10.0.0.100:0");
    mark(rule("1:10.0.0.100", ALL, NO_PORTS));
    assertThat(whose("tcp", "10.0.0.100", 81)).isEqualTo("fwm4:1");
  }

  @Test
  void aMarkWithoutAServiceChangesNothing() {
    add("tcp:10.0.0.100:80", "fwm6:1");
    mark(rule("1:10.0.0.100", ports(80), NO_PORTS), rule("2:10.0.0.101", ALL, ALL));
    assertThat(whose("tcp", "10.0.0.100", 80)).isEqualTo("tcp:10.0.0.100:80");
    assertThat(whose("tcp", "10.0.0.101", 80)).isEmpty();
    assertThat(isVip("10.0.0.101")).isFalse();
  }

  @Test
  void onePrefixOneServiceAFamily() {
    add("fwm4:7", "fwm6:7");
    mark(rule("7:10.0.0.96/28", List.of(new PortRange(8000, 8009)), ports(53)), rule("7:fd00::100/127", ports(80), NO_PORTS));
    assertThat(requests.markEntries()).isEqualTo(16 * (10 + 1 + 1) + 2 * (1 + 1));
    assertThat(table.size()).as("and the marks themselves").isEqualTo(requests.markEntries() + 2);
    assertThat(whose("tcp", "10.0.0.111", 8009)).isEqualTo("fwm4:7");
    assertThat(whose("tcp", "10.0.0.112", 8009)).isEmpty();
    assertThat(whose("tcp", "fd00::101", 80)).isEqualTo("fwm6:7");
    assertThat(whose("udp", "fd00::101", 80)).isEmpty();
    assertThat(isVip("fd00::100")).isTrue();
  }
}
