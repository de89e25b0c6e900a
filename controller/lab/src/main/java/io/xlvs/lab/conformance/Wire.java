// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import io.xlvs.lab.Family;
import io.xlvs.lab.Lab;
import io.xlvs.lab.LabException;
import io.xlvs.lab.Namespace;
import io.xlvs.lab.packet.PacketText;
import io.xlvs.lab.packet.PacketWords;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Packets made by hand: what silent hosts send to the director, and what comes of it. The client "client" has 10.0.0.150 and
 * fd00::150, the real servers "rs1" to "rs3" have 10.1.0.21 to .23 and fd01::21 to ::23, and the director the VIPs 10.0.0.120 and
 * fd00::120, of which nobody else knows.
 */
final class Wire implements AutoCloseable {
  private static final int CLIENT = 150;
  private static final int FIRST_SERVER = 21;
  private static final int VIP = 120;
  private static final String CLIENT_NAME = "client";

  /** For what is expected. */
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  /** For what may come and is not known yet, when a scenario is recorded. */
  private static final long CURIOSITY_NANOS = 250_000_000L;

  private static final long PAUSE_NANOS = 200_000;

  /** Times that a ping goes round: packets that one poll of an interface has taken are sent on together, after the last of them. */
  private static final int ROUNDS = 2;

  private final Map<String, SilentHost> hosts = new LinkedHashMap<>();
  private final Map<String, List<byte[]>> received = new LinkedHashMap<>();
  private final boolean recording;
  private int nextId = 1;

  Wire(Lab lab, boolean recording) {
    this.recording = recording;
    Namespace director = lab.director().namespace();
    List<String> lines = new ArrayList<>();
    join(director, CLIENT_NAME, lab.clientNamespace(), "eth0", Family::front, CLIENT, lines);
    for (int number = 1; number <= Family.SERVERS; number++) {
      join(director, "rs" + number, lab.servers().get(number - 1).namespace(), "eth1", Family::back, FIRST_SERVER + number - 1, lines);
    }
    for (Family family : Family.values()) {
      lines.add("address add " + family.front(VIP) + (family == Family.IPV4 ? "/32 dev eth0" : "/128 dev eth0 nodad preferred_lft 0"));
    }
    director.ip(lines.toArray(String[]::new));
    for (String device : List.of("eth0", "eth1")) {
      director.run("ethtool", "-K", device, "tx", "off"); // what it sends shall have its checksum on the wire
    }
    director.run("sh", "-c", "echo 0 > /proc/sys/net/ipv4/icmp_ratelimit; echo 0 > /proc/sys/net/ipv6/icmp/ratelimit");
  }

  private interface Network {
    String address(Family family, int host);
  }

  private void join(Namespace director, String name, Namespace namespace, String directorDevice, Network network, int number, List<String> lines) {
    List<byte[]> addresses = new ArrayList<>();
    for (Family family : Family.values()) {
      addresses.add(bytes(network.address(family, number)));
      addresses.add(bytes(family.front(VIP))); // DR's packets keep it
    }
    SilentHost host = new SilentHost(name, namespace, SilentHost.mac(director, directorDevice), addresses);
    hosts.put(name, host);
    received.put(name, new ArrayList<>());
    for (Family family : Family.values()) {
      lines.add("neigh replace " + network.address(family, number) + " lladdr " + host.mac() + " dev " + directorDevice + " nud permanent");
    }
  }

  private static byte[] bytes(String address) {
    try {
      return InetAddress.getByName(address).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(address + " is no address", e);
    }
  }

  /**
   * Sends a packet, or its fragments one after another: a host's name and {@link PacketWords}. The answer: a line for each packet that came to a
   * host, its name in front.
   *
   * @param expected how many lines to wait for
   */
  List<String> send(List<String> words, int expected) {
    SilentHost host = host(words.get(0));
    drain();
    for (byte[] packet : PacketWords.packets(words.subList(1, words.size()), nextId++)) {
      host.send(packet);
      settle(host);
    }
    return gather(expected);
  }

  /** Sends without waiting; {@link #settle} does. */
  void post(String host, String words) {
    drain();
    PacketWords.packets(List.of(words.split(" +")), nextId++).forEach(host(host)::send);
  }

  /** Waits until the director has dealt with all that this host has sent. */
  void settle(String host) {
    settle(host(host));
  }

  private SilentHost host(String name) {
    SilentHost host = hosts.get(name);
    if (host == null) {
      throw new IllegalArgumentException("\"" + name + "\" is no host: " + String.join(", ", hosts.keySet()) + " are");
    }
    return host;
  }

  /** A director's answer to a ping comes behind whatever it did with packets sent before. */
  private void settle(SilentHost host) {
    boolean client = host.name().equals(CLIENT_NAME);
    int number = client ? CLIENT : FIRST_SERVER + List.copyOf(hosts.keySet()).indexOf(host.name()) - 1;
    String director = client ? Family.IPV4.directorFront() : Family.IPV4.directorBack();
    String address = client ? Family.IPV4.front(number) : Family.IPV4.back(number);
    for (int round = 0; round < ROUNDS; round++) {
      host.send(PacketWords.packets(List.of(address, ">", director, "icmp", "8/0"), 0).get(0));
      String answer = director + " > " + address + " icmp 0/0 ";
      long end = System.nanoTime() + PATIENCE_NANOS;
      while (!takes(host, answer)) {
        if (System.nanoTime() > end) {
          throw new LabException("the director answers " + host.name() + "'s pings no more; what else came: " + arrived());
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** Whether this answer is among what has come to a host by now; the rest is kept. */
  private boolean takes(SilentHost host, String answer) {
    for (Optional<byte[]> packet = host.next(); packet.isPresent(); packet = host.next()) {
      if (PacketText.lines(List.of(packet.get())).get(0).startsWith(answer)) {
        return true;
      }
      received.get(host.name()).add(packet.get());
    }
    return false;
  }

  /** All that came since the last time, in words. */
  List<String> gather(int expected) {
    return gather(expected, recording ? CURIOSITY_NANOS : PATIENCE_NANOS);
  }

  /** Takes what came since the last time, which must be this many. */
  void expect(int packets) {
    List<String> came = gather(packets, PATIENCE_NANOS);
    if (came.size() != packets) {
      throw new LabException(packets + " packets should have come, and " + came.size() + " did: " + came);
    }
  }

  private List<String> gather(int expected, long nanos) {
    long end = System.nanoTime() + nanos;
    List<String> lines = arrived();
    while (System.nanoTime() < end && (nanos == CURIOSITY_NANOS || lines.size() < expected)) {
      LockSupport.parkNanos(PAUSE_NANOS);
      lines = arrived();
    }
    received.values().forEach(List::clear);
    return lines;
  }

  private List<String> arrived() {
    List<String> lines = new ArrayList<>();
    drain();
    received.forEach((name, packets) -> PacketText.lines(packets).forEach(line -> lines.add(name + " " + line)));
    return lines;
  }

  /** Takes what has come: sockets that are full, of what other scenarios sent through the same interfaces, lose what comes next. */
  private void drain() {
    received.forEach((name, packets) -> {
      for (Optional<byte[]> packet = hosts.get(name).next(); packet.isPresent(); packet = hosts.get(name).next()) {
        packets.add(packet.get());
      }
    });
  }

  @Override
  public void close() {
    hosts.values().forEach(SilentHost::close);
  }
}
