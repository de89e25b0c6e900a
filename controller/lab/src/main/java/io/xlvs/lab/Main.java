// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/** {@code make run}: shows all four modes at work, then leaves the lab to be played with until Ctrl-C. */
public final class Main {
  private static final int REQUESTS = 30;

  private static final String HELP = """
      Usage: xlvs-lab
      Shows xlvs at work, as root, without touching this machine's network: builds a client, a director and three real servers
      of network namespaces, sends requests in all four modes over IPv4 and IPv6, and prints who answered and whom the servers saw.
      The lab then stays up, with lines of lbctl to try, until Ctrl-C, which removes it.
      """;

  /** Held here, since the logging package itself forgets levels of loggers that nobody holds. */
  private static final Logger GRPC_LOG = Logger.getLogger("io.grpc");

  private Main() {}

  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length != 0) {
      System.exit(withoutLab(arguments[0]));
    }
    GRPC_LOG.setLevel(Level.WARNING);
    try {
      System.out.println("xlvs: building the lab: a client, a director and " + Family.SERVERS + " real servers ...");
      Lab lab = Lab.open(LabOptions.DEFAULT);
      lab.createServices(Mode.values());
      System.out.println();
      System.out.print(requests(lab).text());
      System.out.println();
      System.out.print(hints(lab));
    } catch (IOException | LabException e) {
      System.err.println("xlvs-lab: " + e.getMessage());
      System.exit(1);
    }
    new CountDownLatch(1).await();
  }

  private static int withoutLab(String argument) {
    if (argument.equals("--help") || argument.equals("-h")) {
      System.out.print(HELP);
      return 0;
    }
    System.err.println("xlvs-lab: \"" + argument + "\" is not an option: xlvs-lab takes none but --help");
    return 2;
  }

  private static TextTable requests(Lab lab) throws IOException {
    TextTable table = new TextTable("MODE", "SERVICE", "REQUESTS", "ANSWERS", "THE SERVER SAW", "CLIENT");
    for (Family family : Family.values()) {
      for (Mode mode : Mode.values()) {
        List<Answer> tcp = new ArrayList<>();
        List<Answer> udp = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
          tcp.add(lab.client().get(mode.vip(family), Mode.HTTP_PORT));
          udp.add(lab.client().echo(mode.vip(family), Mode.ECHO_PORT));
        }
        table.row(row(mode, family, "TCP", Mode.HTTP_PORT, mode.serverHttpPort(), tcp));
        table.row(row(mode, family, "UDP", Mode.ECHO_PORT, mode.serverEchoPort(), udp));
      }
    }
    return table;
  }

  private static String[] row(Mode mode, Family family, String protocol, int port, int serverPort, List<Answer> answers) {
    Map<String, Long> perServer = answers.stream().collect(Collectors.groupingBy(Answer::server, TreeMap::new, Collectors.counting()));
    String seen = answers.stream().map(answer -> Addresses.text(answer.clientAddress())).collect(Collectors.toCollection(TreeSet::new))
        .stream().collect(Collectors.joining(" "));
    boolean all = answers.stream().allMatch(answer -> answer.saw(family.client()));
    String mapped = port == serverPort ? "" : " -> " + serverPort;
    return new String[] {
      mode.name(), protocol + " " + family.withPort(mode.vip(family), port) + mapped, Integer.toString(answers.size()),
      perServer.entrySet().stream().map(entry -> entry.getKey() + " " + entry.getValue()).collect(Collectors.joining("  ")),
      seen, all ? "its true address" : "local address: datagrams carry no TOA"
    };
  }

  private static String hints(Lab lab) {
    String socket = lab.director().socket().toString();
    String client = "nsenter --net=" + lab.topology().client().path();
    return """
        The lab stays up until Ctrl-C. In another terminal, as root:

          export XLVS_SOCKET=%1$s PATH=%2$s:$PATH
          lbctl -Ln
          lbctl -Ln --stats
          lbctl -Lnc
          lbctl service list
          lbctl status
          lbctl -S -n
          lbctl -A -t %3$s:81 -s wrr
          lbctl -a -t %3$s:81 -r %4$s:8080 -m -w 3
          lbctl -a -t %3$s:81 -r %5$s:8080 -m -w 1
          %6$s curl -s http://%3$s:81/
          lbctl -e -t %3$s:81 -r %4$s:8080 -m -w 0
        """.formatted(socket, lab.installation().bin(), Mode.NAT.vip(Family.IPV4), Family.IPV4.server(1), Family.IPV4.server(2), client);
  }
}
