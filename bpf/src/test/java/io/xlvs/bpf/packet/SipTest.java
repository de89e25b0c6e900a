// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.CallId;
import io.xlvs.bpf.Flags;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.ServiceFlag;
import io.xlvs.bpf.Template;
import io.xlvs.bpf.Tuple;
import io.xlvs.loader.map.BpfMap;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Persistence engine sip: which Call-ID a datagram has, and that it decides. */
class SipTest {
  private static final int SIP_PORT = 5060;

  private ThreeServers servers;
  private int port = 1024;

  @BeforeEach
  void load() {
    servers = new ThreeServers(Method.DR, Protocol.UDP, SIP_PORT);
    sip();
  }

  @AfterEach
  void unload() {
    servers.close();
  }

  private void sip(ServiceFlag... more) {
    ServiceFlag[] flags = Stream.concat(Stream.of(ServiceFlag.IN_USE, ServiceFlag.PERSISTENT, ServiceFlag.SIP), Stream.of(more))
        .distinct().toArray(ServiceFlag[]::new);
    servers.tables().persist(0, Flags.of(flags), 60, Bytes.address("255.255.255.255"));
  }

  private BpfMap<Tuple, CallId> callIds() {
    return servers.bench().plane().collection().map("call_ids", Tuple.CODEC, CallId.CODEC);
  }

  /** Sends a client's first datagram; where it went, or X if it was dropped by name. */
  private char send(String client, int clientPort, byte[] payload) {
    Ip packet = new Ip(Bytes.address(client), ThreeServers.VIP, new Udp(clientPort, SIP_PORT, payload, true));
    long[] reasons = servers.bench().plane().reasons();
    char server = servers.sendFrame(Talk.frame(packet.encode()));
    if (servers.bench().counted(reasons).equals(", counted: NO_CALL_ID")) {
      return 'X';
    }
    assertThat(servers.bench().counted(reasons)).isEqualTo(", no reason counted");
    return server;
  }

  private char send(String client, int clientPort, String callId) {
    return send(client, clientPort, ascii("INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c\r\nCall-ID: " + callId + "\r\n\r\n"));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The Call-ID that the data plane took, of this one datagram. */
  private Optional<String> taken(byte[] payload) {
    callIds().entries().keySet().forEach(callIds()::delete);
    BpfMap<Tuple, Template> templates =
        servers.bench().plane().collection().map("half_templates", Tuple.CODEC, Template.CODEC);
    templates.entries().keySet().forEach(templates::delete);
    char server = send("203.0.113.5", port++, payload);
    Collection<CallId> ids = callIds().entries().values();
    assertThat(ids).hasSize(server == 'X' ? 0 : 1);
    return ids.stream().map(CallId::text).findFirst();
  }

  @Test
  void shouldTakeTheCallIdThatIpvsTakes() throws IOException {
    try (InputStream in = SipTest.class.getResourceAsStream("call-ids.txt")) {
      List<String> lines = new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().filter(line -> !line.startsWith("#")).toList();
      for (String line : lines) {
        String[] words = line.split(" ");
        byte[] payload = words[0].equals("-") ? new byte[0] : HexFormat.of().parseHex(words[0]);
        Optional<String> expected = words[1].equals("-") ? Optional.empty()
            : Optional.of(new String(HexFormat.of().parseHex(words[1]), StandardCharsets.ISO_8859_1));
        assertThat(taken(payload)).as(new String(payload, StandardCharsets.ISO_8859_1)).isEqualTo(expected);
      }
      assertThat(lines).hasSizeGreaterThan(40);
    }
  }

  /** Against another reading of ct_sip_get_header(), over texts made of what matters to it. */
  @Test
  void shouldTakeItFromAnyTextAsTheKernelDoes() {
    Random random = new Random(Seeds.of("xlvs.seed"));
    String[] parts = {"Call-ID", "call-id", "CALL-Id", "i", "I", "Call-I", ":", ":", " ", "\t", "\r\n", "\r\n", "\r\n", "\r", "\n", "\n\n", "a",
        "abc", "@", "@h", ";", "x@y.z", "\u00e4", "\u00d7", "\0", "Via: q", "Call-ID: 1@2\r\n", "\r\ni: 3\r\n", "y".repeat(250)};
    int found = 0;
    for (int n = 0; n < 20_000; n++) {
      StringBuilder text = new StringBuilder();
      for (int part = random.nextInt(14); part >= 0; part--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      Optional<String> expected = KernelSip.callId(text.toString());
      found += expected.isPresent() ? 1 : 0;
      assertThat(taken(ascii(text.toString()))).as(text.toString()).isEqualTo(expected);
    }
    assertThat(found).isBetween(1_000, 19_000);
  }

  @Test
  void shouldSurviveAnyBytes() {
    Random random = new Random(Seeds.of("xlvs.seed"));
    for (int n = 0; n < 2_000; n++) {
      byte[] payload = new byte[random.nextInt(1400)];
      random.nextBytes(payload);
      assertThat(taken(payload)).isEqualTo(KernelSip.callId(new String(payload, StandardCharsets.ISO_8859_1)));
    }
  }

  @Test
  void shouldKeepACallWithItsServerWhateverItsPort() {
    String went = Stream.of("k1", "k1", "k2", "k1", "k2", "k3").map(id -> String.valueOf(send("203.0.113.5", port++, id)))
        .collect(Collectors.joining());
    assertThat(went).isEqualTo("332321");
    assertThat(send("203.0.113.6", port++, "k1")).as("another client's call of that name").isEqualTo('3');
    assertThat(send("203.0.113.6", port++, "k4")).isEqualTo('2');
    assertThat(callIds().entries().values()).extracting(CallId::text).containsExactlyInAnyOrder("k1", "k2", "k3", "k1", "k4");
    assertThat(servers.tables().templates()).hasSize(5);
  }

  @Test
  void shouldKeepTheConnectionOfAPortThatTheNextCallUses() {
    assertThat(send("203.0.113.5", 5060, "m1")).isEqualTo('3');
    assertThat(send("203.0.113.5", 5060, "m2")).isEqualTo('3');
    assertThat(send("203.0.113.5", 5060, ascii("keep-alive"))).isEqualTo('3');
    assertThat(callIds().entries().values()).extracting(CallId::text).containsExactly("m1");
  }

  @Test
  void shouldScheduleEachDatagramByItsCallWithOps() {
    sip(ServiceFlag.ONE_PACKET);
    String went = Stream.of("o1", "o1", "o2", "o1", "o2", "o3", "o1").map(id -> String.valueOf(send("203.0.113.5", 5060, id)))
        .collect(Collectors.joining());
    assertThat(went).isEqualTo("3323213");
    assertThat(send("203.0.113.5", 5060, ascii("keep-alive"))).isEqualTo('X');
  }

  @Test
  void shouldScheduleACallAnewWhenItsTemplateHasExpired() {
    assertThat(send("203.0.113.5", port++, "e1")).isEqualTo('3');
    servers.tables().expireTemplates();
    assertThat(send("203.0.113.5", port++, "e1")).isEqualTo('2');
  }

  @Test
  void shouldMakeOneClientOfANetwork() {
    servers.tables().persist(0, Flags.of(ServiceFlag.IN_USE, ServiceFlag.PERSISTENT, ServiceFlag.SIP), 60, Bytes.address("255.255.255.0"));
    assertThat(send("203.0.113.5", port++, "n1")).isEqualTo('3');
    assertThat(send("203.0.113.77", port++, "n1")).isEqualTo('3');
    assertThat(callIds().entries().values()).extracting(id -> id.client().toString()).containsExactly(
        Configurator.wire(Bytes.address("203.0.113.0")).toString());
  }
}
