// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0,0.0.0.0", "10.0.0.100,10.0.0.100", "255.255.255.255,255.255.255.255",
    "::,::", "::1,::1", "fd00::100,fd00::100", "FD00:0:0:0:0:0:0:1,fd00::1", "1:0:0:2:0:0:0:3,1:0:0:2::3",
    "1:0:0:2:0:0:3:4,1::2:0:0:3:4", "1:2:3:4:5:6:7::,1:2:3:4:5:6:7:0", "::2:3:4:5:6:7:8,0:2:3:4:5:6:7:8", "2001:db8::0001,2001:db8::1",
    "::ffff:1.2.3.4,::ffff:1.2.3.4", "::ffff:102:304,::ffff:1.2.3.4", "64:ff9b::1.2.3.4,64:ff9b::102:304", "0:0:0:0:0:0:0:0,::"
  })
  void textIsReadAndWrittenInItsCanonicalForm(String in, String out) {
    IpAddress address = IpAddress.parse(in);
    assertThat(address).hasToString(out);
    assertThat(IpAddress.parse(out)).isEqualTo(address).hasSameHashCodeAs(address);
    assertThat(IpAddress.ofBytes(address.toBytes())).isEqualTo(address);
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "128.24.170.256", "010.0.0.1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "0x0a.0.0.1", " 1.2.3.4", "1.2.3.4 ", "1.2.3.-4",
    "localhost", "host.invalid", "1.2.3.4444", "+1.2.3.4", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::", "fd00::zz", "12345::", "fe80::1%eth0", "::1.2.3", "::01.2.3.4", "1.2.3.4::", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7",
    "[::1]", "1.2.3.4:80", "\u0661.2.3.4", "::\uff11"
  })
  void everythingElseIsRefusedByName(String text) {
    assertThatThrownBy(() -> IpAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\"").hasMessageContaining("address");
  }

  @Test
  void anAddressThatIsMissingIsToldSo() {
    assertThatThrownBy(() -> IpAddress.parse("")).hasMessageContaining("missing");
  }

  @Test
  void randomIpv6AddressesAgreeWithTheJdk() throws UnknownHostException {
    Random random = new Random(4291);
    for (int i = 0; i < 5000; i++) {
      byte[] bytes = new byte[16];
      for (int group = 0; group < 8; group++) {
        if (random.nextInt(3) > 0) {
          bytes[group * 2] = (byte) random.nextInt(256);
          bytes[group * 2 + 1] = (byte) random.nextInt(256);
        }
      }
      bytes[0] = (byte) 0x20;
      IpAddress address = IpAddress.ofBytes(bytes);
      assertThat(InetAddress.getByName(address.toString()).getAddress()).as(address.toString()).isEqualTo(bytes);
      assertThat(IpAddress.parse(InetAddress.getByAddress(bytes).getHostAddress())).isEqualTo(address);
    }
  }

  @Test
  void prefixesMatchBitByBit() {
    IpAddress v4 = IpAddress.parse("192.0.2.7");
    assertThat(IpAddress.parse("192.0.2.0").matches(v4, 24)).isTrue();
    assertThat(IpAddress.parse("192.0.3.0").matches(v4, 24)).isFalse();
    assertThat(IpAddress.parse("0.0.0.0").matches(v4, 0)).isTrue();
    assertThat(IpAddress.parse("192.0.2.6").matches(v4, 32)).isFalse();
    IpAddress v6 = IpAddress.parse("2001:db8::8000:0:0:1");
    assertThat(IpAddress.parse("2001:db8::").matches(v6, 64)).isTrue();
    assertThat(IpAddress.parse("2001:db8::").matches(v6, 65)).isFalse();
    assertThat(IpAddress.parse("2001:db8::8000:0:0:1").matches(v6, 128)).isTrue();
    assertThat(IpAddress.parse("::").matches(v6, 0)).isTrue();
    assertThat(IpAddress.parse("::").matches(v4, 0)).isFalse();
  }

  @Test
  void kindsOfAddressesAreTold() {
    assertThat(IpAddress.parse("224.0.0.1").isMulticast()).isTrue();
    assertThat(IpAddress.parse("223.255.255.255").isMulticast()).isFalse();
    assertThat(IpAddress.parse("ff02::1").isMulticast()).isTrue();
    assertThat(IpAddress.parse("fe80::1").isIpv6LinkLocal()).isTrue();
    assertThat(IpAddress.parse("fec0::1").isIpv6LinkLocal()).isFalse();
    assertThat(IpAddress.parse("127.9.0.1").isLoopback()).isTrue();
    assertThat(IpAddress.parse("::1").isLoopback()).isTrue();
    assertThat(IpAddress.parse("255.255.255.255").isLimitedBroadcast()).isTrue();
    assertThat(IpAddress.parse("0.0.0.0").isUnspecified()).isTrue();
  }
}
