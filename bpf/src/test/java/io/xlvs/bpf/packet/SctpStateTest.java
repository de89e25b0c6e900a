// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.bpf.Conn;
import io.xlvs.bpf.Control;
import io.xlvs.bpf.Flags;
import io.xlvs.bpf.Load;
import io.xlvs.bpf.Method;
import io.xlvs.bpf.State;
import io.xlvs.bpf.SysctlFlag;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Every SCTP event from every state that can be reached, from either side, against a recording of real IPVS: state after it, and
 * whether the connection is active.
 */
class SctpStateTest {
  /** Who sends what, one packet after the other, to bring a connection to a state; other ways to it are recorded lines. */
  private static final Map<String, String> NAT = Map.ofEntries(
      Map.entry("NONE", ""),
      Map.entry("INIT1", "c:INIT"),
      Map.entry("INIT", "c:INIT c:INIT"),
      Map.entry("COOKIE_SENT", "c:INIT s:INIT_ACK"),
      Map.entry("COOKIE_REPLIED", "c:INIT s:INIT_ACK c:COOKIE_ECHO"),
      Map.entry("COOKIE_WAIT", "c:INIT s:INIT"),
      Map.entry("COOKIE", "c:INIT s:INIT c:INIT_ACK"),
      Map.entry("COOKIE_ECHOED", "c:INIT s:INIT c:INIT_ACK s:COOKIE_ECHO"),
      Map.entry("ESTABLISHED", "c:INIT s:INIT_ACK c:COOKIE_ECHO s:COOKIE_ACK"),
      Map.entry("SHUTDOWN_SENT", "c:INIT s:INIT_ACK c:COOKIE_ECHO s:COOKIE_ACK s:SHUTDOWN"),
      Map.entry("SHUTDOWN_RECEIVED", "c:INIT s:INIT_ACK c:COOKIE_ECHO s:COOKIE_ACK c:SHUTDOWN"),
      Map.entry("SHUTDOWN_ACK_SENT", "c:INIT s:INIT_ACK c:COOKIE_ECHO s:COOKIE_ACK c:SHUTDOWN s:SHUTDOWN_ACK"),
      Map.entry("REJECTED", "c:INIT s:ABORT"),
      Map.entry("CLOSED", "c:INIT s:INIT_ACK c:COOKIE_ECHO s:COOKIE_ACK c:ABORT"));
  private static final Map<String, String> DR = Map.of(
      "NONE", "",
      "INIT1", "c:INIT",
      "INIT", "c:INIT c:INIT",
      "COOKIE_ECHOED", "c:INIT c:INIT_ACK",
      "ESTABLISHED", "c:INIT c:COOKIE_ECHO",
      "SHUTDOWN_RECEIVED", "c:INIT c:COOKIE_ECHO c:SHUTDOWN",
      "CLOSED", "c:INIT c:ABORT");

  private static final List<String> CHUNKS = List.of("DATA", "INIT", "INIT_ACK", "SACK", "HEARTBEAT", "HEARTBEAT_ACK", "ABORT",
      "SHUTDOWN", "SHUTDOWN_ACK", "ERROR", "COOKIE_ECHO", "COOKIE_ACK", "ECNE", "CWR", "SHUTDOWN_COMPLETE", "AUTH");

  /** Words of a listing: sctp_state_name_table of ip_vs_proto_sctp.c. */
  private static final Map<String, State> WORDS = Map.ofEntries(
      Map.entry("INIT1", State.SCTP_INIT1),
      Map.entry("INIT", State.SCTP_INIT),
      Map.entry("C-SENT", State.SCTP_COOKIE_SENT),
      Map.entry("C-REPLIED", State.SCTP_COOKIE_REPLIED),
      Map.entry("C-WAIT", State.SCTP_COOKIE_WAIT),
      Map.entry("COOKIE", State.SCTP_COOKIE),
      Map.entry("C-ECHOED", State.SCTP_COOKIE_ECHOED),
      Map.entry("ESTABLISHED", State.SCTP_ESTABLISHED),
      Map.entry("S-SENT", State.SCTP_SHUTDOWN_SENT),
      Map.entry("S-RECEIVED", State.SCTP_SHUTDOWN_RECEIVED),
      Map.entry("S-ACK-SENT", State.SCTP_SHUTDOWN_ACK_SENT),
      Map.entry("REJECTED", State.SCTP_REJECTED),
      Map.entry("CLOSED", State.SCTP_CLOSED));

  private static List<String> recording() throws IOException {
    try (InputStream in = SctpStateTest.class.getResourceAsStream("sctp-states.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().filter(line -> !line.startsWith("#")).toList();
    }
  }

  @Test
  void shouldMoveAsIpvs() throws IOException {
    List<String> differences = new ArrayList<>();
    int port = 1024;
    try (Lab lab = new Lab(); Bench bench = new Bench(Worlds.everything(lab, 1500), lab)) {
      for (String line : recording()) {
        String[] words = line.split(" ");
        for (Worlds.Kind kind : Worlds.kinds()) {
          if (kind.method().name().toLowerCase(Locale.ROOT).equals(words[0])) {
            String got = play(bench, lab, kind, port++, words);
            if (!line.endsWith(" -> " + got)) {
              differences.add(kind + ": " + line + ", here " + got);
            }
          }
        }
      }
    }
    assertThat(differences).isEmpty();
  }

  /** The outcome in the recording's words, without the seconds. */
  private static String play(Bench bench, Lab lab, Worlds.Kind kind, int port, String[] words) {
    Talk talk = Talk.sctp(bench, lab, kind, port);
    int[] before = load(bench);
    if (words[1].equals("SLOPPY")) {
      sloppy(bench, lab, talk, words[2]);
      return outcome(bench, talk, before);
    }
    String path = (kind.method() == Method.NAT ? NAT : DR).get(words[1]);
    for (String step : path.isEmpty() ? new String[0] : path.split(" ")) {
      send(talk, step);
    }
    if (words[1].equals("CLOSED") && words[2].equals("c:INIT")) {
      bench.oracle().forget(talk.tuple); // the next INIT is scheduled anew
    }
    send(talk, words[2]);
    return outcome(bench, talk, before);
  }

  /** The oracle opens nothing at such packets. */
  private static void sloppy(Bench bench, Lab lab, Talk talk, String step) {
    bench.plane().array("control").putInt(Control.SYSCTLS, Flags.of(SysctlFlag.SLOPPY_SCTP, SysctlFlag.REUSE));
    bench.run(talk.frame(packet(talk, step)), lab.uplink);
    bench.plane().array("control").putInt(Control.SYSCTLS, Flags.of(SysctlFlag.REUSE));
  }

  private static String outcome(Bench bench, Talk talk, int[] before) {
    int[] after = load(bench);
    Optional<Conn> conn = talk.established().or(talk::halfOpen);
    String state = conn.map(known -> word(known.state())).orElse("-");
    return state + " " + (after[0] - before[0]) + "/" + (after[1] - before[1]);
  }

  private static String word(State state) {
    return WORDS.entrySet().stream().filter(entry -> entry.getValue() == state).map(Map.Entry::getKey).findFirst()
        .orElse(state.name());
  }

  private static void send(Talk talk, String step) {
    Sctp packet = packet(talk, step);
    if (step.startsWith("c:")) {
      talk.clientSends(step, packet);
    } else {
      talk.serverSends(step, packet);
    }
  }

  private static Sctp packet(Talk talk, String step) {
    boolean client = step.startsWith("c:");
    Sctp packet = null;
    for (String chunk : step.substring(2).split("\\+")) {
      int type = chunk.equals("UNKNOWN") ? 193 : CHUNKS.indexOf(chunk);
      int[] value = switch (type) {
        case Sctp.INIT, Sctp.INIT_ACK -> new int[] {client ? Sctp.CLIENT_TAG : Sctp.SERVER_TAG, 1, 1, 1};
        case Sctp.DATA, Sctp.COOKIE_ECHO -> new int[4];
        default -> new int[0];
      };
      if (packet == null) {
        packet = client ? talk.chunk(type, value) : talk.chunkBack(type, value);
      } else {
        packet.chunk(type, value);
      }
    }
    return packet;
  }

  /** Active and inactive connections of all servers. */
  private static int[] load(Bench bench) {
    int[] sum = new int[2];
    byte[] all = new byte[DataPlane.SERVERS * Load.LAYOUT.size()];
    bench.plane().array("server_load").getBytes(0, all);
    for (int server = 0; server < DataPlane.SERVERS; server++) {
      Load load = Load.read(ByteBuffer.wrap(all).order(ByteOrder.nativeOrder()), server * Load.LAYOUT.size());
      sum[0] += (int) load.activeConnections();
      sum[1] += (int) load.inactiveConnections();
    }
    return sum;
  }
}
