// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines as iproute2 6.1 prints them. */
class IpOutputTest {
  @Test
  void aLinkIsRead() {
    String line =
        "5: eth0.7@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1496 qdisc noqueue state UP mode DEFAULT group default qlen 1000\\"
            + "    link/ether 02:fc:00:00:00:05 brd ff:ff:ff:ff:ff:ff";
    assertThat(IpOutput.device("eth0.7", line)).isEqualTo(new Device("eth0.7", 5, "02:fc:00:00:00:05", 1496, true));
    String tunnel = "6: wg0: <POINTOPOINT,NOARP> mtu 1420 qdisc noop state DOWN mode DEFAULT group default qlen 1000\\    link/none ";
    assertThat(IpOutput.device("wg0", tunnel)).isEqualTo(new Device("wg0", 6, "", 1420, false));
    String besideAnother = "Error: Peer netns reference is invalid.\n";
    assertThat(IpOutput.device("wg0", besideAnother + tunnel)).isEqualTo(new Device("wg0", 6, "", 1420, false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever|lo|127.0.0.1|8",
        "1: lo    inet 10.0.0.100/32 scope global lo\\       valid_lft forever preferred_lft forever|lo|10.0.0.100|32",
        "3: ppp0    inet 10.0.0.1 peer 10.0.0.2/32 scope global ppp0\\       valid_lft forever|ppp0|10.0.0.1|32",
        "2: eth0    inet6 2001:db8::1/64 scope global \\       valid_lft forever preferred_lft forever|eth0|2001:db8::1|64",
      })
  void anAddressIsRead(String line, String device, String address, int length) {
    assertThat(IpOutput.assignment(line)).contains(new Assignment(device, Literals.address("address", address), length));
  }

  @Test
  void devicesOfRoutesAreRead() {
    assertThat(IpOutput.wordsAfter("default via 10.0.0.1 dev eth0 proto dhcp metric 100 ", "dev")).containsExactly("eth0");
    String multipath = "default proto static \\\tnexthop via 10.0.0.1 dev eth0 weight 1 \\\tnexthop via 10.1.0.1 dev eth1 weight 1 ";
    assertThat(IpOutput.wordsAfter(multipath, "dev")).containsExactly("eth0", "eth1");
  }

  @ParameterizedTest
  @CsvSource({
    "2001:0db8:0:0:0:0:0:0100,2001:db8::100", "::,::", "::1,::1", "1::,1::", "1:0:0:2:0:0:0:3,1:0:0:2::3",
    "1:0:2:3:4:5:6:7,1:0:2:3:4:5:6:7", "0:0:1:2:3:4:5:6,::1:2:3:4:5:6"
  })
  void ipv6IsWrittenAsRfc5952SaysSo(String text, String canonical) {
    assertThat(Literals.text(Literals.address("address", text))).isEqualTo(canonical);
  }
}
