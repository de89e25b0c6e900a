// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mark rules in both grammars, through the entry point. */
final class MarksTest extends AgainstFakeServer {
  private String done(String line) {
    Lbctl.Result result = lbctl.run(line);
    assertThat(result.status()).as(result.err()).isZero();
    return result.err();
  }

  @Test
  void rulesAreAddedListedChangedAndDeleted() {
    assertThat(done("mark add 1 --to 10.0.0.100 --tcp 80,443,8000-8080")).contains("added mark 1 for packets to 10.0.0.100");
    done("mark add 1 --to 10.0.1.0/28,10.0.2.1 --tcp all");
    done("mark add 4294967295 --to fd00::100");
    done("service add fwm:1 --scheduler rr");
    assertThat(lbctl.run("mark list").out()).isEqualTo("""
        MARK        TO           TCP               UDP  SCTP  SERVICE
        1           10.0.0.100   80,443,8000-8080  -    -     fwm4:1
        1           10.0.1.0/28  all               -    -     fwm4:1
        1           10.0.2.1     all               -    -     fwm4:1
        4294967295  fd00::100    all               all  all   none: without effect
        """);
    done("mark set 1 --to 10.0.0.100 --udp 53");
    assertThat(lbctl.run("mark list 1 -o yaml").out()).startsWith("""
        markRules:
        - name: markRules/1:10.0.0.100
          firewallMark: 1
          destination: 10.0.0.100
          tcpPorts: []
          udpPorts:
          - first: 53
            last: 53
        """);
    done("mark delete 1 --to 10.0.1.0/28");
    assertThat(done("mark delete 1")).contains("deleted 2 rules of mark 1");
    assertThat(server.director.markRules).containsOnlyKeys("markRules/4294967295:fd00::100");
    done("mark delete 4294967295 --to FD00:0::100 --dry-run");
    assertThat(server.director.markRules).hasSize(1);
  }

  @Test
  void severalAddressesAreOneTransaction() {
    done("mark add 1 --to 10.0.0.102 --tcp 80");
    Lbctl.Result refused = lbctl.run("mark add 1 --to 10.0.0.101,10.0.0.102 --tcp 80");
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err()).contains("markRules/1:10.0.0.102 exists");
    assertThat(server.director.markRules).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "mark add 0 --to 10.0.0.100; MARK: `0' is not a firewall mark",
      "mark add 4294967296 --to 10.0.0.100; MARK: `4294967296' is not a firewall mark",
      "mark add 1 --to 10.0.0.100 --tcp 80-; --tcp: `80-' is no port: write ports of 1 to 65535",
      "mark add 1 --to 10.0.0.100 --tcp 90-80; --tcp: `90-80' is no port",
      "mark add 1 --to 10.0.0.100 --udp 53,0; --udp: `0' is no port",
      "mark add 1 --to 10.0.0.100 --tcp 65536; --tcp: `65536' is no port",
      "mark add 1 --to 10.0.0.100 --tcp 80,; --tcp: `' is no port",
      "mark add 1 --tcp 80; Missing required option: '--to",
      "mark delete 1 --etag 5; --etag: `5' is one rule's: name the rule with --to",
      "--set-mark 1 --tcp 80; You need to supply the 'destination' option for the 'set-mark' command",
      "--set-mark x --to 10.0.0.100; invalid fwmark value `x' specified",
      "--set-mark 1 --to 10.0.0.100 --tcp http; --tcp: `http' is no port",
      "-A -f 1 --tcp 80; Illegal 'tcp-ports' option with the 'add-service' command",
  })
  void wrongUsageNamesTheValueAndWhatWouldBeRight(String line, String words) {
    Lbctl.Result result = lbctl.run(line);
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains(words);
    assertThat(server.director.markRules).isEmpty();
  }

  @Test
  void aMarkWithoutRulesIsSaid() {
    assertThat(lbctl.run("mark delete 7").err()).contains("mark 7 has no rule");
    assertThat(done("-A -f 7 -s rr")).contains("Warning: no packet carries mark 7 yet").contains("lbctl mark add 7 --to VIP");
    done("mark add 7 --to 10.0.0.100");
    done("-D -f 7");
    assertThat(done("-A -f 7 -s rr")).isEmpty();
    assertThat(done("service add fwm6:7")).as("of the other family").contains("Warning: no packet carries mark 7 yet");
    assertThat(done("-A -t 10.0.0.100:80 -s rr")).isEmpty();
  }

  @Test
  void savedRulesCarryTheMarksAndRestoringThemIsAnIdentity() {
    done("mark add 1 --to 10.0.0.100 --tcp 80,443,8000-8080 --udp 53 --sctp 2905,3868");
    done("mark add 2 --to fd00::/120");
    done("-A -f 1 -s wlc -p 60");
    done("-a -f 1 -r 10.1.0.11 -g");
    done("-A -f 2 -6 -s rr");
    String saved = lbctl.run("-Sn").out();
    assertThat(saved).isEqualTo("""
        -A -f 1 -s wlc -p 60
        -a -f 1 -r 10.1.0.11:0 -g -w 1
        -A -f 2 -6 -s rr
        --set-mark 1 --to 10.0.0.100 --tcp 80,443,8000-8080 --udp 53 --sctp 2905,3868
        --set-mark 2 --to fd00::/120 --tcp all --udp all --sctp all
        """);
    done("-C");
    assertThat(lbctl.run("-Sn").out()).as("-C leaves marks, as it leaves those of iptables").startsWith("--set-mark 1").hasLineCount(2);
    assertThat(lbctl.run(saved, "-R").status()).isZero();
    assertThat(lbctl.run("-Sn").out()).isEqualTo(saved);
    server.director.services.clear();
    server.director.markRules.clear();
    assertThat(lbctl.run(saved, "-R").status()).isZero();
    assertThat(lbctl.run("-Sn").out()).isEqualTo(saved);
  }

  @Test
  void aRefusedMarkLineIsNamedByItsNumber() {
    Lbctl.Result result = lbctl.run("-A -f 1 -s rr\n--set-mark 1 --to 224.0.0.1\n", "-R");
    assertThat(result.status()).isEqualTo(255);
    assertThat(result.err()).contains("line 2").contains("illegal mark rule specified").contains("224.0.0.1 is a multicast address");
    assertThat(server.director.services).isEmpty();
  }
}
