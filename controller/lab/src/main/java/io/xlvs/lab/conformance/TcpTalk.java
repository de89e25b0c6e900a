// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * TCP connections that begin alike and end differently: "ADDRESS:PORT > VIP:PORT [via HOST ADDRESS:PORT] after PACKET ... then PACKET ...". A packet is who
 * sends it, c (client) or s (server), and its flags: "c:S s:SA c:A". Each packet behind "then" gets a connection of its own, from one port after
 * another, which begins with the packets behind "after". The answer says who received it: "c:S=rs1", and as what if not as itself; "-" is nobody.
 */
final class TcpTalk {
  private static final Pattern KIND = Pattern.compile(" (tcp \\S+|udp|icmp \\S+)");
  private static final Pattern RECEIVER = Pattern.compile("[=,][a-z]");
  private static final String CLIENT = "client";

  private final Wire wire;
  private final String clientHost;
  private final int firstPort;
  private final String virtual;
  private final String serverName;
  private final String server;
  private final List<String> before;
  private final List<String> last;

  private TcpTalk(Wire wire, List<String> words) {
    this.wire = wire;
    String source = words.get(0);
    int colon = source.lastIndexOf(':');
    clientHost = source.substring(0, colon);
    firstPort = Integer.parseInt(source.substring(colon + 1));
    virtual = words.get(2);
    int after = words.indexOf("after");
    int then = words.indexOf("then");
    if (after < 3 || then < after || then == words.size() - 1) {
      throw new IllegalArgumentException("\"" + String.join(" ", words) + "\" is no talk: ADDRESS:PORT > VIP:PORT [via HOST ADDRESS:PORT] after PACKET ... then PACKET ... is");
    }
    boolean seen = words.get(3).equals("via");
    serverName = seen ? words.get(4) : null;
    server = seen ? words.get(5) : null;
    before = words.subList(after + 1, then);
    last = words.subList(then + 1, words.size());
  }

  /** The answer; the expected one tells how many packets to wait for. */
  static List<String> play(Wire wire, List<String> words, List<String> expected) {
    return new TcpTalk(wire, words).play(String.join("", expected));
  }

  private List<String> play(String expected) {
    for (int i = 0; i <= before.size(); i++) {
      wire.expect(i == 0 ? 0 : last.size());
      for (int connection = 0; connection < last.size(); connection++) {
        post(connection, i);
      }
      wire.settle(CLIENT);
      if (serverName != null) {
        wire.settle(serverName);
      }
    }
    List<String> came = wire.gather((int) RECEIVER.matcher(expected).results().count());
    List<String> answers = new ArrayList<>();
    for (int connection = 0; connection < last.size(); connection++) {
      answers.add(last.get(connection) + "=" + receivers(connection, came));
    }
    return List.of(String.join("  ", answers));
  }

  private String packet(int connection, int index) {
    return index < before.size() ? before.get(index) : last.get(connection);
  }

  private static boolean fromClient(String packet) {
    return packet.startsWith("c:");
  }

  private static String flags(String packet) {
    return packet.substring(2);
  }

  /** Sends this packet of a connection, with sequence numbers as they are after those before it. */
  private void post(int connection, int index) {
    int[] next = {1000, 5000};
    for (int i = 0; i < index; i++) {
      String packet = packet(connection, i);
      if (flags(packet).contains("S") || flags(packet).contains("F")) {
        next[fromClient(packet) ? 0 : 1]++;
      }
    }
    String packet = packet(connection, index);
    boolean client = fromClient(packet);
    String clientEnd = clientHost + ":" + (firstPort + connection);
    String words = client ? clientEnd + " > " + virtual : server + " > " + clientEnd;
    wire.post(client ? CLIENT : serverName, words + " tcp " + flags(packet) + " seq " + next[client ? 0 : 1]
        + (flags(packet).contains("A") ? " ack " + next[client ? 1 : 0] : ""));
  }

  private String receivers(int connection, List<String> came) {
    String end = clientHost + ":" + (firstPort + connection) + " ";
    String sent = "tcp " + flags(last.get(connection));
    List<String> receivers = new ArrayList<>();
    for (String line : came) {
      if ((line + " ").contains(end)) {
        Matcher kind = KIND.matcher(line);
        String as = kind.find() && !kind.group(1).equals(sent) ? "(" + kind.group(1) + ")" : "";
        receivers.add(line.substring(0, line.indexOf(' ')) + as);
      }
    }
    return receivers.isEmpty() ? "-" : String.join(",", receivers);
  }
}
