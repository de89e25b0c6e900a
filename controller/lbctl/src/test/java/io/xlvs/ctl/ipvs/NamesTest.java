// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NamesTest {
  @TempDir private Path directory;

  private ServiceNames services(String text) throws IOException {
    return new ServiceNames(Files.write(directory.resolve("services"), text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  @Test
  void servicesAreFoundByNameAliasPortAndProtocol() throws IOException {
    ServiceNames services = services("# comment \u00e4\nhttp\t80/tcp  www web # World\nhttp 80/udp\n\ndomain 53/udp\nbad\n"
        + "worse x/tcp\nwww-http 80/tcp\n");

    assertThat(services.port("http", "tcp")).hasValue(80);
    assertThat(services.port("web", "tcp")).hasValue(80);
    assertThat(services.port("web", "udp")).isEmpty();
    assertThat(services.port("World", "tcp")).isEmpty();
    assertThat(services.port("bad", "tcp")).isEmpty();
    assertThat(services.name(53, "udp")).contains("domain");
    assertThat(services.name(53, "tcp")).isEmpty();
  }

  @Test
  void firstEntryOfAPortWins() throws IOException {
    assertThat(services("first 80/tcp\nsecond 80/tcp\n").name(80, "tcp")).contains("first");
  }

  @Test
  void hostWithoutServicesFileKnowsNoNames() {
    assertThat(new ServiceNames(directory.resolve("missing")).port("http", "tcp")).isEqualTo(OptionalInt.empty());
  }

  @Test
  void hostNamesResolveToIpv4() throws IOException {
    assertThat(Names.ofHost().address("localhost")).contains(InetAddress.getByName("127.0.0.1"));
    assertThat(Names.ofHost().address("")).isEmpty();
    assertThat(Names.ofHost().address("no such host")).isEmpty();
  }
}
