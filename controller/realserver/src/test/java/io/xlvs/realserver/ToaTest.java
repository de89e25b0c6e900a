// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.loader.CollectionSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client's address in unmodified servers: Java (dual-stack socket) and Perl (accept and getpeername, both families). */
class ToaTest {
  private static final int JAVA_PORT = 7001;
  private static final int INET_PORT = 7002;
  private static final int INET6_PORT = 7003;
  private static final String TRUE_IPV4 = "198.51.100.7";
  private static final String TRUE_IPV6 = "2001:db8::7";
  private static final int TRUE_PORT = 40123;

  private TestBed bed;

  @BeforeEach
  void layOut() throws IOException {
    bed = new TestBed();
    // Started before 'up': servers need not be restarted.
    bed.startServer(TestBed.java(EchoServer.class, "" + JAVA_PORT));
    Path script = Files.writeString(
        bed.runDirectory().resolve("peername.pl"),
        new String(ToaTest.class.getResourceAsStream("peername.pl").readAllBytes()));
    bed.startServer(List.of("perl", script.toString(), "inet", "" + INET_PORT));
    bed.startServer(List.of("perl", script.toString(), "inet6", "" + INET6_PORT));
  }

  @AfterEach
  void clear() throws IOException {
    bed.close();
  }

  private void up(String directors) {
    bed.succeed("up", "--method", "fullnat", "--director", directors, "--cgroup", bed.cgroup().toString());
  }

  private void tell(String client) {
    byte[] address = Literals.address("client", client).getAddress();
    ByteBuffer option = ByteBuffer.allocate(20).put((byte) 254).put((byte) (4 + address.length));
    option.putShort((short) TRUE_PORT).put(address);
    tell(option.array());
  }

  private void tell(byte[] option) {
    CollectionSpec spec = TestBed.directorSpec();
    spec.variable("toa").set(option);
    bed.direct(spec, "test_add_toa");
  }

  private String seen(String server, int port) throws IOException {
    return TestClient.send(bed.client(), server, port, 1).seen();
  }

  private static String twice(String seen) {
    return seen + ", " + seen;
  }

  @Test
  void acceptAndGetpeernameGiveTheClientThatToaNames() throws IOException {
    up(TestBed.CLIENT_IPV4 + "/32," + TestBed.CLIENT_IPV6);
    tell(TRUE_IPV4);
    assertThat(seen(TestBed.SERVER_IPV4, JAVA_PORT)).isEqualTo(TRUE_IPV4 + " " + TRUE_PORT);
    assertThat(seen(TestBed.SERVER_IPV4, INET_PORT)).isEqualTo(twice(TRUE_IPV4 + " " + TRUE_PORT));
    assertThat(seen(TestBed.SERVER_IPV4, INET6_PORT)).isEqualTo(twice("::ffff:" + TRUE_IPV4 + " " + TRUE_PORT));
    // An IPv4 client of a server that the director reaches over IPv6.
    assertThat(seen(TestBed.SERVER_IPV6, INET6_PORT)).isEqualTo(twice("::ffff:" + TRUE_IPV4 + " " + TRUE_PORT));
    tell(TRUE_IPV6);
    assertThat(seen(TestBed.SERVER_IPV6, JAVA_PORT)).isEqualTo(TRUE_IPV6 + " " + TRUE_PORT);
    assertThat(seen(TestBed.SERVER_IPV6, INET6_PORT)).isEqualTo(twice(TRUE_IPV6 + " " + TRUE_PORT));
    assertThat(seen(TestBed.SERVER_IPV4, INET6_PORT)).isEqualTo(twice(TRUE_IPV6 + " " + TRUE_PORT));
    assertThat(bed.succeed("check")).contains("note     7 " + Count.TOA.meaning());
    // An IPv4 socket cannot show it: better the director's address than half of the client's.
    assertThat(seen(TestBed.SERVER_IPV4, INET_PORT)).startsWith(TestBed.CLIENT_IPV4 + " ");
    assertThat(bed.succeed("check")).contains("note     1 " + Count.TOA_FAMILY.meaning());
  }

  @Test
  void aClientThatIsNoDirectorCannotNameAnother() throws IOException {
    up("10.9.0.64/26,fd09::64/126");
    tell(TRUE_IPV4);
    assertThat(seen(TestBed.SERVER_IPV4, INET_PORT)).startsWith(TestBed.CLIENT_IPV4 + " ");
    assertThat(seen(TestBed.SERVER_IPV4, JAVA_PORT)).startsWith(TestBed.CLIENT_IPV4 + " ");
    assertThat(seen(TestBed.SERVER_IPV6, INET6_PORT)).startsWith(TestBed.CLIENT_IPV6 + " ");
    assertThat(bed.succeed("check")).contains("note     3 " + Count.TOA_UNTRUSTED.meaning()).doesNotContain(Count.TOA.meaning());
  }

  @Test
  void anOptionThatIsNotReadableIsIgnored() throws IOException {
    up(TestBed.CLIENT_IPV4);
    byte[] wrongLength = {(byte) 254, 7, 1, 2, 3, 4, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    tell(wrongLength);
    assertThat(seen(TestBed.SERVER_IPV4, INET_PORT)).startsWith(TestBed.CLIENT_IPV4 + " ");
    byte[] mapped = Literals.mapped(Literals.address("client", TRUE_IPV4));
    tell(ByteBuffer.allocate(20).put((byte) 254).put((byte) 20).putShort((short) TRUE_PORT).put(mapped).array());
    assertThat(seen(TestBed.SERVER_IPV4, INET6_PORT)).startsWith("::ffff:" + TestBed.CLIENT_IPV4 + " ");
    assertThat(bed.succeed("check")).contains("note     2 " + Count.TOA_MALFORMED.meaning());
  }

  @Test
  void connectionsWithoutTheOptionKeepTheirAddressAndDownEndsTheReading() throws IOException {
    up(TestBed.CLIENT_IPV4);
    assertThat(seen(TestBed.SERVER_IPV4, JAVA_PORT)).startsWith(TestBed.CLIENT_IPV4 + " ");
    tell(TRUE_IPV4);
    assertThat(seen(TestBed.SERVER_IPV4, JAVA_PORT)).startsWith(TRUE_IPV4 + " ");
    // A second 'up' replaces the programs under way.
    up(TestBed.CLIENT_IPV4);
    assertThat(seen(TestBed.SERVER_IPV4, JAVA_PORT)).startsWith(TRUE_IPV4 + " ");
    assertThat(bed.succeed("check")).contains("note     2 " + Count.TOA.meaning());
    bed.succeed("down");
    assertThat(seen(TestBed.SERVER_IPV4, JAVA_PORT)).startsWith(TestBed.CLIENT_IPV4 + " ");
    assertThat(bed.realserver("check").exitStatus()).isEqualTo(1);
    assertThat(bed.runDirectory().resolve("bpf")).doesNotExist();
  }
}
