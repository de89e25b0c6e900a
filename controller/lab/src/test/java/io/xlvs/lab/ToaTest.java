// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.loader.AttachType;
import io.xlvs.loader.Collection;
import io.xlvs.loader.CollectionSpec;
import io.xlvs.loader.link.Cgroups;
import io.xlvs.loader.link.Link;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client that writes the TOA option itself cannot pass for another. */
@Tag("end-to-end")
class ToaTest {
  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT);

  @ParameterizedTest
  @CsvSource({"NAT, IPV4", "NAT, IPV6", "DR, IPV4", "DR, IPV6", "FULLNAT, IPV4", "FULLNAT, IPV6"})
  void aForgedOptionIsNotBelieved(Mode mode, Family family) throws IOException {
    Cgroup cgroup = LAB.lab().workspace().cgroup().child("forger-" + mode + "-" + family);
    byte[] object = ToaTest.class.getResourceAsStream("forge_toa.bpf.o").readAllBytes();
    try (Collection forger = CollectionSpec.parse("forge_toa", object).load();
        Link link = Cgroups.attach(forger.program("forge_toa"), cgroup.directory(), AttachType.CGROUP_SOCK_OPS)) {
      String script = "exec 3<>/dev/tcp/" + mode.vip(family) + "/" + Mode.HTTP_PORT
          + "; printf 'GET / HTTP/1.1\\r\\nHost: lab\\r\\nConnection: close\\r\\n\\r\\n' >&3; cat <&3";
      String answer = Command.run(cgroup.wrap(LAB.lab().topology().client().wrap(List.of("bash", "-c", script))));

      assertThat(forger.variable("forged").getLong()).as("options forged").isPositive();
      assertThat(link.info().cgroupId()).isPositive();
      String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
      assertThat(Answer.parse(body, 0).clientAddress()).isIn(believable(mode, family));
    } finally {
      cgroup.remove();
    }
  }

  /**
   * The client's true address. What a forger has filled the option space with becomes no-operations, beside which the 20 bytes for IPv6
   * have no room; then the server sees the local address, as for any segment that the option does not fit.
   */
  private static List<InetAddress> believable(Mode mode, Family family) throws IOException {
    List<InetAddress> addresses = new ArrayList<>(List.of(InetAddress.getByName(family.client())));
    if (mode == Mode.FULLNAT && family == Family.IPV6) {
      for (String local : family.localAddresses()) {
        addresses.add(InetAddress.getByName(local));
      }
    }
    return addresses;
  }
}
