// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.xlvs.v1.Counters;
import io.xlvs.v1.DirectorStatus;
import io.xlvs.v1.ForwardingMethod;
import io.xlvs.v1.InterfaceStatus;
import io.xlvs.v1.ListVirtualServicesResponse;
import io.xlvs.v1.Protocol;
import io.xlvs.v1.ReasonCount;
import io.xlvs.v1.TableStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The modern grammar through the entry point. */
final class VerbsTest extends AgainstFakeServer {
  private void done(String line) {
    Lbctl.Result result = lbctl.run(line);
    assertThat(result.status()).as(result.err()).isZero();
  }

  @Test
  void aServicesOwnTimeoutsAreShownAndSaved() {
    done("service add tcp:10.0.0.100:80 --tcp-timeout 30");
    done("-A -u 10.0.0.100:53 -s rr --udp-timeout 5");
    done("service set tcp:10.0.0.100:80 --tcpfin-timeout 90");
    assertThat(lbctl.run("service get tcp:10.0.0.100:80").out()).contains("time-outs         tcp 30s tcpfin 1m 30s\n");
    String rules = saved();
    assertThat(rules).contains("-A -t 10.0.0.100:80 -s wlc --tcp-timeout 30 --tcpfin-timeout 90\n", "-A -u 10.0.0.100:53 -s rr --udp-timeout 5\n");
    done("-C");
    assertThat(lbctl.run(rules, "-R").status()).isZero();
    assertThat(saved()).isEqualTo(rules);
    done("-E -t 10.0.0.100:80 -s wlc");
    assertThat(saved()).contains("-A -t 10.0.0.100:80 -s wlc\n");
    assertThat(lbctl.run("service set tcp:10.0.0.100:80 --tcp-timeout -1").status()).isEqualTo(2);
    assertThat(lbctl.run("-A -t 10.0.0.100:81 --tcp-timeout x").err()).startsWith("invalid timeout value `x' specified");
  }

  private String saved() {
    return lbctl.run("-Sn").out();
  }

  @Test
  void verbsAndIpvsadmsGrammarChangeTheSameTable() {
    done("service add tcp:10.0.0.100:80 --scheduler sh --scheduler-flags sh-port,sh-fallback --persistence 300"
        + " --netmask 255.255.255.0");
    done("server add tcp:10.0.0.100:80 10.1.0.11:8080 --method nat --weight 3 --upper-threshold 10 --lower-threshold 5");
    done("server add tcp:10.0.0.100:80 10.1.0.12 --method tun --tunnel-type gue --tunnel-port 5555 --tunnel-checksum full");
    done("service add udp:[FD00::0100]:53 --one-packet --persistence 60 --netmask 64");
    done("service add fwm6:7");
    done("local-address add tcp:10.0.0.100:80 10.1.0.1");

    assertThat(saved()).isEqualTo("""
        -A -t 10.0.0.100:80 -s sh -p 300 -M 255.255.255.0 -b sh-fallback,sh-port
        -P -t 10.0.0.100:80 -z 10.1.0.1
        -a -t 10.0.0.100:80 -r 10.1.0.11:8080 -m -w 3 -x 10 -y 5
        -a -t 10.0.0.100:80 -r 10.1.0.12:80 -i -w 1 --tun-type gue --tun-port 5555 --tun-csum
        -A -u [fd00::100]:53 -s wlc -p 60 -M 64 -o
        -A -f 7 -6 -s wlc
        """);
  }

  @Test
  void setChangesOnlyWhatIsGiven() {
    done("service add tcp:10.0.0.100:80 --scheduler rr --persistence 300");
    done("server add tcp:10.0.0.100:80 10.1.0.11:8080 --method nat --weight 3");

    done("service set tcp:10.0.0.100:80 --scheduler wrr");
    done("server set tcp:10.0.0.100:80 10.1.0.11:8080 --weight 0");

    assertThat(saved()).isEqualTo(
        "-A -t 10.0.0.100:80 -s wrr -p 300\n-a -t 10.0.0.100:80 -r 10.1.0.11:8080 -m -w 0\n");
    Lbctl.Result nothing = lbctl.run("service set tcp:10.0.0.100:80");
    assertThat(nothing.status()).isEqualTo(2);
    assertThat(nothing).matches(answer -> answer.says("service set: nothing to change is given"));
  }

  @Test
  void deletesWhatItSays() {
    done("service add tcp:10.0.0.100:80");
    done("server add tcp:10.0.0.100:80 10.1.0.11");
    done("local-address add tcp:10.0.0.100:80 10.1.0.1");

    assertThat(lbctl.run("server delete tcp:10.0.0.100:80 10.1.0.11").err())
        .isEqualTo("deleted server 10.1.0.11:80 of tcp:10.0.0.100:80\n");
    assertThat(lbctl.run("local-address delete tcp:10.0.0.100:80 10.1.0.1").err())
        .isEqualTo("deleted local address 10.1.0.1 of tcp:10.0.0.100:80\n");
    assertThat(saved()).isEqualTo("-A -t 10.0.0.100:80 -s wlc\n");
    done("service delete services/tcp:10.0.0.100:80");
    assertThat(saved()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "service add tcp:10.0.0.9:80 | would add service tcp:10.0.0.9:80 (nothing was changed)",
    "service set tcp:10.0.0.1:80 --scheduler mh | would change service tcp:10.0.0.1:80 (nothing was changed)",
    "service delete tcp:10.0.0.1:80 | would delete service tcp:10.0.0.1:80 (nothing was changed)",
    "server add tcp:10.0.0.1:80 10.1.0.9 | would add server 10.1.0.9:80 of tcp:10.0.0.1:80 (nothing was changed)",
    "server set tcp:10.0.0.1:80 10.1.0.1 --weight 7 | would change server 10.1.0.1:80 of tcp:10.0.0.1:80 (nothing was changed)",
    "server delete tcp:10.0.0.1:80 10.1.0.1 | would delete server 10.1.0.1:80 of tcp:10.0.0.1:80 (nothing was changed)",
    "local-address add tcp:10.0.0.1:80 10.1.1.2 | would add local address 10.1.1.2 of tcp:10.0.0.1:80 (nothing was changed)",
    "local-address delete tcp:10.0.0.1:80 10.1.1.1 | would delete local address 10.1.1.1 of tcp:10.0.0.1:80 (nothing was changed)"})
  void dryRunSaysWhatWouldBeDoneAndChangesNothing(String line, String words) {
    done("service add tcp:10.0.0.1:80 --scheduler rr");
    done("server add tcp:10.0.0.1:80 10.1.0.1");
    done("local-address add tcp:10.0.0.1:80 10.1.1.1");
    String before = saved();

    Lbctl.Result dry = lbctl.run(line + " --dry-run");

    assertThat(dry.err()).isEqualTo(words + "\n");
    assertThat(dry.status()).isZero();
    assertThat(saved()).isEqualTo(before);
    done(line);
    assertThat(saved()).isNotEqualTo(before);
  }

  @Test
  void dryRunOfABadChangeIsRefused() {
    assertThat(lbctl.run("service add tcp:10.0.0.1:80 --scheduler nosuch --dry-run").status()).isEqualTo(1);
  }

  @Test
  void listsAreAlignedTables() {
    done("service add tcp:10.0.0.100:80 --scheduler rr");
    done("service add udp:[fd00::100]:53 --scheduler wrr --persistence 3700");
    done("server add tcp:10.0.0.100:80 10.1.0.11:8080 --method nat --weight 10");
    done("server add tcp:10.0.0.100:80 10.1.0.12 --method dr");

    assertThat(lbctl.run("service list").out()).isEqualTo("""
        SERVICE             SCHEDULER  PERSISTENT  SERVERS  ACTIVE  INACTIVE
        tcp:10.0.0.100:80   rr         -                 2       0         0
        udp:[fd00::100]:53  wrr        1h 1m             0       0         0
        """);
    assertThat(lbctl.run("server list tcp:10.0.0.100:80").out()).isEqualTo("""
        SERVER          METHOD  WEIGHT  ACTIVE  INACTIVE  PERSISTENT  THRESHOLDS  REACHABLE
        10.1.0.11:8080  nat         10       0         0           0  -           yes
        10.1.0.12:80    dr           1       0         0           0  -           yes
        """);
  }

  @Test
  void countersHaveHumanUnits() {
    done("service add tcp:10.0.0.100:80");
    server.director.services.computeIfPresent("services/tcp:10.0.0.100:80", (name, service) -> service.toBuilder()
        .setCounters(Counters.newBuilder().setConnections(12_345).setInBytes(1536).setOutBytes(3L << 30)).build());

    assertThat(lbctl.run("service list --counters").out()).contains("12.3k  1.5 KiB  3.0 GiB");
    assertThat(lbctl.run("service get tcp:10.0.0.100:80").out()).contains("connections       12.3k in all, 0/s");
  }

  @Test
  void jsonIsTheMessageItself() throws InvalidProtocolBufferException {
    done("service add tcp:10.0.0.100:80 --scheduler rr");
    done("service add fwm:7");
    done("service add udp:10.0.0.100:53");

    String json = lbctl.run("service list -o json").out();

    ListVirtualServicesResponse.Builder read = ListVirtualServicesResponse.newBuilder();
    JsonFormat.parser().merge(json, read);
    assertThat(read.getVirtualServicesList()).containsExactlyElementsOf(server.director.services.values());
    assertThat(json.indexOf("\"name\"")).isLessThan(json.indexOf("\"protocol\""));
    assertThat(json.indexOf("\"port\"")).isLessThan(json.indexOf("\"scheduler\"")).isPositive();
  }

  @Test
  void yamlHasTheSameTree() {
    done("service add tcp:10.0.0.100:80 --scheduler rr");

    assertThat(lbctl.run("service get tcp:10.0.0.100:80 --output yaml").out())
        .startsWith("name: services/tcp:10.0.0.100:80\nprotocol: PROTOCOL_TCP\naddress: 10.0.0.100\nport: 80\n")
        .contains("\nonePacket: false\n");
  }

  @Test
  void changesGiveTheirResultToMachines() {
    Lbctl.Result result = lbctl.run("service add tcp:10.0.0.100:80 --scheduler rr -o json");

    assertThat(result.out()).contains("\"scheduler\": \"rr\"");
    assertThat(result.err()).isEqualTo("added service tcp:10.0.0.100:80\n");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "service get tcp:10.0.0.9:80 | 1 | service services/tcp:10.0.0.9:80 does not exist",
    "service add tcp:10.0.0.1:80 | 1 | service services/tcp:10.0.0.1:80 exists",
    "service add tcp:128.24.170.256:80 | 1 | `128.24.170.256' is not an IPv4 address",
    "server add tcp:10.0.0.1:80 10.1.0.1:8080 --method dr | 1 | DR cannot map ports",
    "service add 10.0.0.1:80 | 2 | SERVICE: `10.0.0.1:80' is not a service",
    "service add tcp:10.0.0.1:65536 | 2 | port: `65536' is not a port",
    "service add fwm:0 | 2 | SERVICE: `fwm:0' is not a service",
    "server add tcp:10.0.0.1:80 [fd00::1 | 2 | SERVER: `[fd00::1' is not a real server",
    "server add tcp:10.0.0.1:80 10.1.0.1 --weight -1 | 2 | --weight: `-1' is negative",
    "server add tcp:10.0.0.1:80 10.1.0.1 --method nosuch | 2 | Invalid value for option '--method'",
    "service add tcp:10.0.0.1:81 --netmask 300.0.0.0 | 2 | --netmask: `300.0.0.0' is not a mask",
    "service set tcp:10.0.0.1:80 --persistence abc | 2 | Invalid value for option '--persistence': `abc' is not a whole number",
    "connection list --limit x | 2 | Invalid value for option '--limit': `x' is not a whole number",
    "service list -o xml | 2 | Invalid value for option '--output'",
    "proc ip_vs -o json | 2 | proc: -o is given: a file of /proc is text and nothing else: leave -o away",
    "proc ip_vs_stats_percpu | 2 | FILE: `ip_vs_stats_percpu' is not a file that lbctl can show: ip_vs, ip_vs_conn,",
    "connection list --limit 0 | 2 | --limit: `0' is no number of connections: 1 or more would be",
    "connection list --min-idle soon | 2 | --min-idle: `soon' is not a time: a number with a unit would be",
    "connection delete | 2 | connection delete: no condition is given: give one, such as --service tcp:10.0.0.100:80",
    "connection delete --kind any | 2 | connection delete: no condition is given",
    "connection delete --all --client 192.0.2.7 | 2 | connection delete: --all is given beside a condition: leave out --all",
    "connection list --state nosuch | 2 | --state: `nosuch' is not a state",
    "service | 2 | a command is missing",
    "nosuch | 2 | nosuch",
    "servce list | 2 | 'servce', 'list'; did you mean service or server?; try `lbctl --help'",
    "help nosuch | 2 | Unknown subcommand 'nosuch'; try `lbctl --help'"})
  void failuresNameFieldAndValue(String line, int status, String words) {
    done("service add tcp:10.0.0.1:80");

    Lbctl.Result result = lbctl.run(line);

    assertThat(result.status()).as(result.err()).isEqualTo(status);
    assertThat(result.err()).contains(words).hasLineCount(1);
    assertThat(result.out()).isEmpty();
  }

  @Test
  void unreachableDaemonHasAStatusOfItsOwn() {
    Lbctl.Result result = new Lbctl("/nonexistent/xlvsd.sock").run("status");

    assertThat(result.status()).isEqualTo(3);
    assertThat(result.err()).startsWith("Can't connect to xlvsd at /nonexistent/xlvsd.sock: ");
  }

  @Test
  void statusTellsInterfacesTablesAndReasons() {
    server.status = DirectorStatus.newBuilder().setVersion("0.1.0").setKernelRelease("6.18.0").setCpus(2).setServices(3)
        .setServers(9).setRevision(42)
        .addInterfaces(InterfaceStatus.newBuilder().setName("eth0").setAttachMode("tc").setNote("no native XDP"))
        .addNotes("IPv4 forwarding is off on eth0")
        .addTables(TableStatus.newBuilder().setName("connections").setUsed(95).setCapacity(100).setMemoryBytes(1 << 20))
        .addTables(TableStatus.newBuilder().setName("caches").setMemoryBytes(1 << 20))
        .addReasons(ReasonCount.newBuilder().setReason("no_server").setDescription("no server has weight").setPackets(5))
        .build();

    assertThat(lbctl.run("status").out()).isEqualTo("""
        xlvsd 0.1.0; Linux 6.18.0, 2 CPUs
        3 services, 9 real servers, revision 42

        NOTE IPv4 forwarding is off on eth0.

        INTERFACE  MODE  NOTE
        eth0       tc    no native XDP

        TABLE        USED  CAPACITY   FULL   MEMORY
        connections    95       100  95.0%  1.0 MiB
        caches          -         -      -  1.0 MiB

        NOT FORWARDED  PACKETS  MEANING
        no_server            5  no server has weight
        """);
    assertThat(lbctl.run("status -o json").out()).contains("\"attachMode\": \"tc\"");
  }

  @Test
  void coloursOnlyOnATerminalThatWantsThem() {
    done("service add tcp:10.0.0.100:80");

    assertThat(lbctl.run("service list").out()).doesNotContain("\u001b");
    assertThat(new Lbctl(server).onTerminal().run("service list").out()).contains("\u001b[1m");
    assertThat(new Lbctl(server).onTerminal().env("NO_COLOR", "1").run("service list").out()).doesNotContain("\u001b");
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "", "service", "service list", "service get", "service add", "service set", "service delete", "server", "server list",
    "server add", "server set", "server delete", "local-address", "local-address list", "local-address add",
    "local-address delete", "connection", "connection list", "connection delete", "proc", "status"})
  void everyCommandHasHelpWithExamples(String command) {
    Lbctl.Result help = command.isEmpty() ? lbctl.run("help") : lbctl.run(command + " --help");

    assertThat(help.status()).isZero();
    assertThat(help.out()).contains("Example").contains("  lbctl " + command);
  }
}
