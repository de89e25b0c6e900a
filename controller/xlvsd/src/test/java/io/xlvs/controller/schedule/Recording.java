// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.RealServer;
import io.xlvs.controller.service.SchedulerFlag;
import io.xlvs.controller.service.Tunnel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What a real IPVS picked: a line of picks.txt or steps.txt.
 *
 * @param line the line, which names it
 * @param scheduler IPVS's name
 * @param flags of the service
 * @param servers in the order added
 * @param connections the kind of connections: "serial", "held", "many", "ports", "dests"
 * @param steps picks, and between them changes in braces: see steps.txt
 */
public record Recording(
    String line, String scheduler, Set<SchedulerFlag> flags, List<RealServer> servers, String connections, List<String> steps) {
  /** The destination of all connections but those to many. */
  public static final IpAddress VIP = IpAddress.parse("10.0.0.100");

  private static final int DESTINATIONS = 40;

  /** Something that picks servers as IPVS does, and counts their connections. */
  public interface Director {
    /** The server of a new connection, which stays open: '1', '2', '3', or 'X' for none. */
    char pick(IpAddress client, int port, IpAddress destination);

    /** Closes a connection: it is inactive from now on. */
    void close(char server);

    /** Sets the server's connections. */
    void count(char server, int active, int inactive);

    /** Changes the service; connections stay. */
    void change(String scheduler, List<RealServer> servers);

    /** More than lblcr_expiration passes. */
    void passDay();
  }

  /** All of them. */
  public static List<Recording> all() {
    List<Recording> all = new ArrayList<>();
    for (String line : lines("picks.txt")) {
      String[] words = line.split(" +");
      all.add(of(line, words[0], words[1], words[2], words[3], List.of(words[4])));
    }
    for (String line : lines("steps.txt")) {
      String[] words = line.split(" +");
      all.add(of(line, words[0], words[1], "1,2,3", "held", Arrays.asList(words).subList(2, words.length)));
    }
    return all;
  }

  static List<String> lines(String resource) {
    try (InputStream in = Recording.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Recording of(
      String line, String scheduler, String weights, String order, String connections, List<String> steps) {
    String[] words = scheduler.split("\\+");
    Set<SchedulerFlag> flags = EnumSet.noneOf(SchedulerFlag.class);
    String[] thresholds = {"0", "0", "0"};
    for (String word : Arrays.asList(words).subList(1, words.length)) {
      if (word.startsWith("x")) {
        thresholds = word.substring(1).split("/");
      } else {
        flags.add(SchedulerFlag.byText(word).orElseThrow());
      }
    }
    List<RealServer> servers = new ArrayList<>();
    for (String number : order.split(",")) {
      int index = number.charAt(0) - '1';
      servers.add(server(number.charAt(0), Integer.parseInt(weights.split(",")[index]), Integer.parseInt(thresholds[index])));
    }
    return new Recording(line, words[0], flags, servers, connections, steps);
  }

  /** Server 1, 2 or 3. */
  public static RealServer server(char number, int weight, int threshold) {
    return new RealServer(
        IpAddress.parse("10.1.0.1" + number), 80, ForwardingMethod.NAT, weight, weight, threshold, 0, Tunnel.DEFAULT, 1);
  }

  /** What mh makes of a client, unsigned. */
  public static int maglev(IpAddress client, int port) {
    return ClientHash.maglev(client, port, 0);
  }

  /** The number of the server at this address. */
  public static char name(IpAddress address) {
    return (char) ('0' + (address.lowBits() & 0xff) % 10);
  }

  /** Everything that {@link #replay} asks for a server. */
  public List<IpAddress> destinations() {
    return connections.equals("dests")
        ? IntStream.range(0, DESTINATIONS).mapToObj(this::destination).toList()
        : List.of(VIP);
  }

  private IpAddress destination(int i) {
    return connections.equals("dests") ? IpAddress.parse("10.9.0." + (1 + i % DESTINATIONS)) : VIP;
  }

  /** The picks as this director makes them, with the steps between them. */
  public List<String> replay(Director director) {
    List<String> replayed = new ArrayList<>();
    List<RealServer> now = new ArrayList<>(servers);
    int connection = 0;
    for (String step : steps) {
      if (step.startsWith("{")) {
        change(step.substring(1, step.length() - 1), now, director);
        replayed.add(step);
        continue;
      }
      StringBuilder picks = new StringBuilder();
      for (int i = 0; i < step.length(); i++) {
        picks.append(replayOne(director, connection++));
      }
      replayed.add(picks.toString());
    }
    return replayed;
  }

  private char replayOne(Director director, int i) {
    IpAddress client = IpAddress.parse("10.0.0." + (connections.equals("many") ? 20 + i : 2));
    int port = connections.equals("many") ? 20000 : 20000 + i;
    char server = director.pick(client, port, destination(i));
    if (connections.equals("serial") && server != 'X') {
      director.close(server);
    }
    return server;
  }

  private void change(String step, List<RealServer> now, Director director) {
    if (step.equals("day")) {
      director.passDay();
    } else if (step.contains(":")) {
      setCounts(step, director);
    } else if (Schedulers.KNOWN.contains(step)) {
      director.change(step, now);
    } else {
      int at = IntStream.range(0, now.size()).filter(i -> name(now.get(i).address()) == step.charAt(0)).findFirst().orElse(now.size());
      if (at < now.size()) {
        now.remove(at);
      }
      if (step.charAt(1) == '=') {
        now.add(at, server(step.charAt(0), step.charAt(2) - '0', 0));
      }
      director.change(scheduler, now);
    }
  }

  private static void setCounts(String step, Director director) {
    for (String count : step.split(",")) {
      String[] numbers = count.split("[:/]");
      director.count(numbers[0].charAt(0), Integer.parseInt(numbers[1]), Integer.parseInt(numbers[2]));
    }
  }

  @Override
  public String toString() {
    return line;
  }
}
