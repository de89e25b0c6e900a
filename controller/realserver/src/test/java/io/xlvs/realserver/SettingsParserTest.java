// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wrong input, through the real entry point: exit status 2, one line that names the option, the value and the remedy. */
class SettingsParserTest {
  private final FakeHost host = new FakeHost();

  private record Result(int exitStatus, String out, String err) {}

  private Result run(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitStatus = Main.run(host, new PrintWriter(out, true), new PrintWriter(err, true), words);
    return new Result(exitStatus, out.toString(), err.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "up --method dr --interface eth0 --vip 128.24.170.256|--vip: '128.24.170.256' is not an IPv4 address",
        "up --method dr --interface eth0 --vip 010.0.0.1|--vip: '010.0.0.1' is not an IPv4 address: write four numbers from 0 to 255, none with a leading zero",
        "up --method dr --interface eth0 --vip 10.0.1|--vip: '10.0.1' is not an IPv4 address",
        "up --method dr --interface eth0 --vip web.example|--vip: 'web.example' is not an IPv4 address",
        "up --method dr --interface eth0 --vip 2001:db8::g|--vip: '2001:db8::g' is not an IPv6 address",
        "up --method dr --interface eth0 --vip ::ffff:1.2.3.4|--vip: '::ffff:1.2.3.4' is an IPv4-mapped address: write 1.2.3.4",
        "up --method dr --interface eth0 --vip 224.0.0.1|--vip: '224.0.0.1' cannot be a virtual address",
        "up --method dr --interface eth0 --vip 127.0.0.1|--vip: '127.0.0.1' cannot be a virtual address",
        "up --method dr --interface eth0 --vip 1.1.1.1,1.1.1.1|--vip: '1.1.1.1' is given twice: leave one out",
        "up --method dr --interface eth0 --vip 1.1.1.1,|--vip: '' is not an IPv4 address",
        "up --method dr --interface eth0|--vip is missing: --method dr needs the virtual address",
        "up --method dr --vip 1.1.1.1|--interface is missing: --method dr needs the interface towards the director",
        "up --vip 1.1.1.1 --interface eth0|--method is missing: add --method dr, tun or fullnat",
        "up --method ipip --vip 1.1.1.1 --interface eth0|--method: 'ipip' is not a forwarding method: write dr, tun or fullnat",
        "up --method nat --vip 1.1.1.1 --interface eth0|--method: 'nat' needs nothing set up here",
        "up --method tun --vip 1.1.1.1 --interface eth0|--director is missing: --method tun needs the addresses",
        "up --method fullnat|--director is missing: --method fullnat needs the director's local addresses",
        "up --method fullnat --director 10.1.0.1/24|--director: '10.1.0.1/24' has host bits set",
        "up --method fullnat --director 10.1.0.0/33|--director: '10.1.0.0/33' is out of range",
        "up --method fullnat --director 0.0.0.0/0|--director: '0.0.0.0/0' would let everybody in",
        "up --method fullnat --director 10.1.0.1 --vip 1.2.3|--vip: '1.2.3' is not an IPv4 address",
        "up --method fullnat --director 10.1.0.1 --cgroup /nowhere|--cgroup: '/nowhere' is not a directory of cgroup2",
        "up --method dr --vip 1.1.1.1 --interface eth0 --mss 1400|--mss: '1400' belongs to --method tun: leave it out",
        "up --method dr --vip 1.1.1.1 --interface eth0 --cgroup /x|--cgroup: '/x' belongs to --method fullnat: leave it out",
        "up --method tun --vip 1.1.1.1 --interface eth0 --director 2.2.2.2 --mss 100|--mss: '100' is out of range: the MSS must be a number from 536",
        "up --method tun --vip 1.1.1.1 --interface eth0 --director 2.2.2.2 --mss many|--mss: 'many' is out of range",
        "up --method tun --vip 1.1.1.1 --interface eth0 --director 2.2.2.2 --tun-type vxlan|--tun-type: 'vxlan' is not a tunnel type",
        "up --method tun --vip 1.1.1.1 --interface eth0 --director 2.2.2.2 --tun-port 0|--tun-port: '0' is out of range: the port must",
        "up --method dr --vip 1.1.1.1 --interface a/b|--interface: 'a/b' is not the name of an interface",
        "up --method dr --vip 1.1.1.1 --interface eth7|--interface: 'eth7' does not exist here",
        "up --method dr --vip 1.1.1.1 --interface lo|--interface: 'lo' carries the VIP itself",
        "up --method dr --vip 10.1.0.2 --interface eth0|--vip: '10.1.0.2' is an address of interface eth0",
        "up --method dr --vip 1.1.1.1 --interface eth0 --name a.b|--name: 'a.b' is no name for an instance",
        "up --method dr --vip 1.1.1.1 --interface eth0 --name bpf|--name: 'bpf' is no name for an instance",
        "up --method dr --vip|Missing required parameter for option '--vip'",
        "up --what|Unknown option: '--what' (see 'xlvs-realserver up --help')",
        "sideways|Unmatched argument at index 0: 'sideways'",
      })
  void wrongInputIsRefusedByName(String words, String message, @TempDir Path run) {
    String[] line = words.replaceFirst("^up", "up --run-dir " + run).split(" ");

    Result result = run(line);

    assertThat(result.err()).startsWith("xlvs-realserver: " + message).endsWith("\n");
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.exitStatus()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(host.changes()).isEmpty();
  }

  @Test
  void aHostThatLacksSomethingIsNamedAndLeftAlone(@TempDir Path run) {
    String[] up = {"up", "--method", "dr", "--vip", "1.1.1.1", "--interface", "eth0", "--run-dir", run.toString()};
    host.lackTools("ip");
    assertThat(run(up)).isEqualTo(new Result(1, "", "xlvs-realserver: the program 'ip' is not in PATH: install iproute2\n"));
    host.lackTools();
    host.lackCapabilities("CAP_NET_ADMIN");
    assertThat(run(up)).isEqualTo(new Result(1, "", "xlvs-realserver: this process lacks CAP_NET_ADMIN: run it as root\n"));
    assertThat(host.changes()).isEmpty();
  }
}
