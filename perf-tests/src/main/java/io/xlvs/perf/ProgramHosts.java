// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import io.xlvs.lab.Answer;
import io.xlvs.lab.Child;
import io.xlvs.lab.Command;
import io.xlvs.lab.Family;
import io.xlvs.lab.Lab;
import io.xlvs.lab.LabOptions;
import io.xlvs.lab.Mode;
import io.xlvs.lab.Namespace;
import io.xlvs.lab.RealServerHost;
import io.xlvs.v1.ListRealServersRequest;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.RealServersGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The lab, with hosts as they come (their devices fill checksums in and cut segments) and xlvsd as it starts by default, which takes tc for
 * veth. Two of the real servers run nginx and iperf3; HAProxy and nginx stream are on a host that is wired as the director is. All of it is gone
 * after {@link #close}, after a failure and after Ctrl-C.
 */
final class ProgramHosts implements AutoCloseable {
  /** The proxies' host: 10.0.0.3 and 10.1.0.3. */
  static final int PROXY = 3;

  /** An address of the first real server's, that the client reaches by the proxies' host as by any router. */
  static final String ROUTED = Family.IPV4.back(21);

  private static final int SERVERS = 2;

  /** Of every closed connection the director remembers the client's port for a while: there are 55,000 ports towards each of four VIPs. */
  private static final int CONNECTIONS = 1 << 19;

  private static final long START_SECONDS = 30;
  private static final int PROBES = 20;

  private static final String WEB_SERVER =
      """
      daemon off; worker_processes 1; pid %1$s/pid; error_log stderr notice;
      events { worker_connections 1024; }
      http {
        access_log off; keepalive_requests 1000000000; keepalive_timeout 600; server_tokens off;
        client_body_temp_path %1$s/body; proxy_temp_path %1$s/proxy; fastcgi_temp_path %1$s/fastcgi; uwsgi_temp_path %1$s/uwsgi;
        scgi_temp_path %1$s/scgi;
        server { listen 8000; location / { return 200 "%2$s $remote_addr $remote_port\\n"; } }
      }
      """;

  private static final String HAPROXY =
      """
      global
        maxconn 1000
      defaults
        mode tcp
        timeout connect 5s
        timeout client 60s
        timeout server 60s
      listen web
        bind :8000
        balance roundrobin
        server rs1 10.1.0.11:8000
        server rs2 10.1.0.12:8000
      listen bulk
        bind :8010
        option splice-auto
        server rs1 10.1.0.11:8010
      """;

  private static final String STREAM =
      """
      load_module /usr/lib/nginx/modules/ngx_stream_module.so;
      daemon off; worker_processes auto; pid %1$s/pid; error_log stderr notice;
      events { worker_connections 1024; }
      stream {
        upstream web { zone web 64k; server 10.1.0.11:8000; server 10.1.0.12:8000; }
        upstream bulk { server 10.1.0.11:8010; }
        server { listen 8001; proxy_pass web; }
        server { listen 8011; proxy_pass bulk; }
      }
      """;

  private final Lab lab;

  ProgramHosts() throws IOException {
    this(LabOptions.DEFAULT.asTheyCome());
  }

  /** With hosts and an attach mode of the caller's choice. */
  ProgramHosts(LabOptions options) throws IOException {
    lab = Lab.open(options.withConnections(CONNECTIONS));
    try {
      for (int number = 1; number <= SERVERS; number++) {
        startServer(lab.servers().get(number - 1), number);
      }
      manyPorts(lab.clientNamespace());
      startProxies();
      createServices();
      for (Contender contender : Contender.values()) {
        probe(contender);
      }
    } catch (IOException | RuntimeException e) {
      lab.close();
      throw e;
    }
  }

  private void startServer(RealServerHost host, int number) throws IOException {
    // Without a director the answer goes the way that DR's and TUN's answers go.
    host.namespace().ip("rule add from " + Family.IPV4.front(10 + number) + " lookup 100");
    Path directory = lab.directory(host.name() + "-nginx");
    Path configuration = Files.writeString(directory.resolve("nginx.conf"), WEB_SERVER.formatted(directory, host.name()));
    host.start("nginx", List.of("nginx", "-e", "stderr", "-c", configuration.toString())).awaitLine("start worker process", START_SECONDS);
    host.start("iperf3", List.of("iperf3", "-s", "-p", "8010", "--forceflush")).awaitLine("Server listening", START_SECONDS);
  }

  private void startProxies() throws IOException {
    Namespace host = lab.addHost("proxy", PROXY);
    manyPorts(host);
    route(host);
    Path directory = lab.directory("haproxy");
    Path configuration = Files.writeString(directory.resolve("haproxy.cfg"), HAPROXY);
    Child haproxy = lab.start("haproxy", host, List.of("haproxy", "-W", "-db", "-f", configuration.toString()));
    directory = lab.directory("stream");
    configuration = Files.writeString(directory.resolve("nginx.conf"), STREAM.formatted(directory));
    Child stream = lab.start("stream", host, List.of("nginx", "-e", "stderr", "-c", configuration.toString()));
    haproxy.awaitLine("Loading success", START_SECONDS);
    stream.awaitLine("start worker process", START_SECONDS);
  }

  private void route(Namespace router) {
    router.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    lab.clientNamespace().ip("route add " + ROUTED + " via " + Family.IPV4.front(PROXY));
    lab.servers().get(0).namespace().ip("address add " + ROUTED + "/32 dev eth0", "rule add from " + ROUTED + " lookup 101",
        "route add " + Family.IPV4.client() + " via " + Family.IPV4.back(PROXY) + " dev eth0 table 101");
  }

  /** All but those that programs listen on. */
  private static void manyPorts(Namespace host) {
    host.run("sh", "-c", "echo 10000 65535 > /proc/sys/net/ipv4/ip_local_port_range");
  }

  private void createServices() {
    StringBuilder rules = new StringBuilder();
    for (Contender contender : Contender.values()) {
      if (contender.isOurs()) {
        rules.append(rules(contender, contender.port, SERVERS)).append(rules(contender, contender.bulkPort(), 1));
      }
    }
    Command.Result result = lab.director().attempt(rules.toString(), "-R");
    if (result.status() != 0) {
      throw new IllegalStateException("lbctl -R failed: " + result.err() + "\n" + rules);
    }
  }

  /** As ipvsadm reads them. */
  private static String rules(Contender contender, int port, int servers) {
    String service = " -t " + contender.address + ":" + port;
    StringBuilder rules = new StringBuilder("-A" + service + " -s rr\n");
    if (contender == Contender.FULLNAT) {
      Family.IPV4.localAddresses().forEach(local -> rules.append("-P").append(service).append(" -z ").append(local).append('\n'));
    }
    String method =
        switch (contender) {
          case NAT -> "-m";
          case DR -> "-g";
          case TUN -> "-i";
          case FULLNAT -> "-b";
          default -> throw new IllegalArgumentException(contender + " is none of xlvs's");
        };
    for (int number = 1; number <= servers; number++) {
      rules.append("-a").append(service).append(" -r ").append(Family.IPV4.server(number)).append(':').append(port).append(' ').append(method)
          .append('\n');
    }
    return rules.toString();
  }

  /** All servers that should answer do, and see whom they should see. */
  private void probe(Contender contender) throws IOException {
    List<Answer> answers = lab.client().getMany(contender.address, contender.port, PROBES);
    Map<String, Long> shares = answers.stream().collect(Collectors.groupingBy(Answer::server, TreeMap::new, Collectors.counting()));
    Map<String, Long> expected =
        contender.hasOneServer() ? Map.of("rs1", (long) PROBES) : Map.of("rs1", PROBES / 2L, "rs2", PROBES / 2L);
    String client = contender.isProxy() ? Family.IPV4.back(PROXY) : Family.IPV4.client();
    boolean seen = answers.stream().allMatch(answer -> answer.clientAddress().getHostAddress().equals(client));
    if (!shares.equals(expected) || !seen) {
      throw new IllegalStateException(contender.title + ": " + PROBES + " answers came from " + shares + ", and not all servers saw " + client);
    }
  }

  /** Runs a program on the client; its standard output. */
  String run(List<String> words) {
    return lab.clientNamespace().run(words.toArray(String[]::new));
  }

  /** What xlvs has counted of a contender's service for HTTP. */
  ServiceCounts counts(Contender contender) {
    ListRealServersRequest request = ListRealServersRequest.newBuilder()
        .setParent("services/tcp:" + contender.address + ":" + contender.port).setWithCounters(true).build();
    List<Long> connections = new ArrayList<>();
    long packets = 0;
    for (RealServer server : lab.director().api(channel -> RealServersGrpc.newBlockingStub(channel).listRealServers(request)).getRealServersList()) {
      connections.add(server.getCounters().getConnections());
      packets += server.getCounters().getInPackets();
    }
    return new ServiceCounts(connections, packets);
  }

  @Override
  public void close() {
    lab.close();
  }
}
