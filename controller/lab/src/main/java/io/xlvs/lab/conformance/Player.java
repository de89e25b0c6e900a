// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import io.xlvs.lab.LabException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Plays a scenario's commands to a balancer. */
final class Player {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** Counts show what packets did a moment later, when they have been received and the tables been swept. */
  private static final long SETTLING_NANOS = 20 * NANOS_PER_SECOND;
  private static final long POLL_MILLIS = 100;

  /** Connections whose server was deleted are in no listing, and those of a server that cannot be reached stay active. */
  private static final long ABORT_NANOS = 3 * NANOS_PER_SECOND;
  private static final int ACTIVE_COLUMN = 4;

  private final Balancer balancer;
  private final Traffic traffic;
  private final Wire wire;
  private final boolean recording;
  private final Set<String> services = new LinkedHashSet<>();
  private final Stopwatch sinceFirstPacket = new Stopwatch();

  /** @param recording the scenario's answers are not known */
  Player(Balancer balancer, Traffic traffic, Wire wire, boolean recording) {
    this.balancer = balancer;
    this.traffic = traffic;
    this.wire = wire;
    this.recording = recording;
  }

  /** The answer of each step, from an empty table on. */
  List<Answer> play(Scenario scenario) throws IOException {
    balancer.reset();
    List<Answer> answers = new ArrayList<>();
    try {
      for (Scenario.Step step : scenario.steps()) {
        List<String> lines = answer(step);
        answers.add(new Answer(lines, sinceFirstPacket.seconds()));
      }
    } finally {
      if (traffic.abort()) {
        awaitNoneActive();
      }
      balancer.reset();
    }
    return answers;
  }

  /**
   * Until the resets of what was held have passed: with its service gone, a server would not hear of the end, keep the connection, and
   * answer a next client's SYN from that port as a stranger's.
   */
  private void awaitNoneActive() {
    long end = System.nanoTime() + ABORT_NANOS;
    while (balancer.ipvsadm(List.of("-Ln"), "").stream().anyMatch(Player::hasActive) && System.nanoTime() < end) {
      LockSupport.parkNanos(POLL_MILLIS * 100_000);
    }
  }

  /** Whether this is the line of a server with active connections. */
  private static boolean hasActive(String line) {
    String[] columns = line.trim().split(" +");
    return columns[0].equals("->") && columns.length > ACTIVE_COLUMN && columns[ACTIVE_COLUMN].matches("[1-9].*");
  }

  private List<String> answer(Scenario.Step step) throws IOException {
    List<String> words = step.words();
    List<String> rest = words.subList(1, words.size());
    Patience patience = recording ? Patience.OF_A_RECORDING : new Patience(step.xlvs().isEmpty() ? "" : step.xlvs().get(0));
    switch (words.get(0)) {
      case "ipvsadm":
        return ipvsadm(rest, step);
      case "connect":
        sinceFirstPacket.start();
        return List.of(traffic.connect(Connections.parse(rest), patience));
      case "draw":
        sinceFirstPacket.start();
        return List.of(Draw.of(traffic.connect(Connections.parse(rest), patience)).line());
      case "datagrams":
        sinceFirstPacket.start();
        return List.of(traffic.datagrams(Connections.parse(rest), patience));
      case "send":
        sinceFirstPacket.start();
        return wire.send(rest, step.xlvs().size());
      case "talk":
        sinceFirstPacket.start();
        return TcpTalk.play(wire, rest, step.xlvs());
      case "ask":
        return List.of(traffic.ask(patience));
      case "close":
        traffic.close();
        return List.of();
      case "pass":
        pass(Integer.parseInt(rest.get(0)));
        return List.of();
      case "sysctl":
        return balancer.sysctl(rest.get(0), rest.get(1));
      case "mark":
        balancer.mark(Integer.parseInt(rest.get(0)), rest.get(1), rest.size() > 2 ? rest.get(2) : "", rest.size() > 3 ? rest.get(3) : "");
        return List.of();
      default:
        throw new IllegalArgumentException("\"" + words.get(0) + "\" is no step: ipvsadm, connect, draw, datagrams, send, talk, ask, close, pass, mark and sysctl are");
    }
  }

  private void pass(int seconds) {
    long start = System.nanoTime();
    long beyond = balancer.pass(seconds);
    sinceFirstPacket.leaveOut(System.nanoTime() - start - beyond);
  }

  /** Standard input follows "<", its lines parted by ";"; "| grep PATTERN" behind a listing keeps what matches. */
  private List<String> ipvsadm(List<String> words, Scenario.Step step) {
    int pipe = words.indexOf("|");
    if (pipe >= 0) {
      Pattern pattern = Pattern.compile(words.get(pipe + 2));
      return listed(words.subList(0, pipe), "", step, line -> pattern.matcher(line).find());
    }
    int input = words.indexOf("<");
    List<String> arguments = input < 0 ? words : words.subList(0, input);
    String lines = input < 0 ? "" : String.join(" ", words.subList(input + 1, words.size())).replace(" ; ", "\n") + "\n";
    for (int i = 0; i + 1 < arguments.size(); i++) {
      if (arguments.get(i).equals("-t") || arguments.get(i).equals("-u")) {
        services.add(arguments.get(i + 1));
      }
    }
    return listed(arguments, lines, step, line -> true);
  }

  /** Asks again for a listing until it is as expected, for a while. */
  private List<String> listed(List<String> arguments, String input, Scenario.Step step, Predicate<String> kept) {
    List<String> answer = once(arguments, input, kept);
    long deadline = System.nanoTime() + SETTLING_NANOS;
    while (!recording && changesNothing(arguments) && System.nanoTime() < deadline
        && !new Yardstick(step.age(), sinceFirstPacket.seconds()).same(step.xlvs(), answer)) {
      await();
      answer = once(arguments, input, kept);
    }
    return answer;
  }

  private List<String> once(List<String> arguments, String input, Predicate<String> kept) {
    List<String> answer = balancer.ipvsadm(arguments, input);
    List<String> own = changesNothing(arguments) && arguments.get(0).contains("c") ? ofThisScenario(answer) : answer;
    return own.stream().filter(kept).toList();
  }

  private static boolean changesNothing(List<String> arguments) {
    return arguments.get(0).matches("-[Ll].*");
  }

  private static void await() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    }
  }

  /** IPVS's connections outlive their scenario; and they are listed in no order. */
  private List<String> ofThisScenario(List<String> listing) {
    List<String> kept = new ArrayList<>();
    listing.stream().limit(2).forEach(kept::add);
    listing.stream().skip(2)
        .filter(line -> services.stream().anyMatch(service -> line.split(" +").length > 4 && belongs(line.split(" +")[4], service)))
        .sorted(Comparator.comparing(line -> line.substring(line.indexOf(' ', "TCP 00:00".length()))))
        .forEach(kept::add);
    return kept;
  }

  private static boolean belongs(String virtual, String service) {
    return virtual.equals(service) || service.endsWith(":0") && virtual.startsWith(service.substring(0, service.length() - 1));
  }

  /** Runs from the first packet on, but for what "pass" was asked for. */
  private static final class Stopwatch {
    private long start;
    private long leftOut;

    void start() {
      if (start == 0) {
        start = System.nanoTime();
      }
    }

    void leaveOut(long nanos) {
      if (start != 0) {
        leftOut += nanos;
      }
    }

    int seconds() {
      return start == 0 ? 0 : (int) Math.ceil((System.nanoTime() - start - leftOut) / (double) NANOS_PER_SECOND);
    }
  }
}
