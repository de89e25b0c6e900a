// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl;

import io.xlvs.ctl.ipvs.Names;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Runs the real entry point with arguments and standard input in, and standard output, error and exit status out. */
final class Lbctl {
  /** What a run left behind. */
  record Result(int status, String out, String err) {
    /** Whether a failure is told in one line: this text, which scripts compare, and after a colon what it is about. */
    boolean says(String text) {
      return err.equals(text + "\n") || err.startsWith(text + ": ") && err.indexOf('\n') == err.length() - 1;
    }

    /** What was said beside that iptables' marks are not seen, which ipvsadm has no reason to say. */
    String said() {
      return err.startsWith("Warning: no packet carries mark") ? err.substring(err.indexOf('\n') + 1) : err;
    }
  }

  /** The few names that the recordings know. */
  static final Names NAMES = new Names() {
    private final Map<String, Integer> ports =
        Map.of("http", 80, "https", 443, "domain", 53, "sip", 5060, "http-alt", 8080, "ntp", 123, "tproxy", 8081);

    @Override
    public Optional<InetAddress> address(String host) {
      try {
        return host.equals("localhost") ? Optional.of(InetAddress.getByName("127.0.0.1")) : Optional.empty();
      } catch (UnknownHostException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public Optional<String> host(InetAddress address) {
      return address.getHostAddress().equals("10.9.9.9")
          ? Optional.of("a-host-with-a-rather-long-name.example") : Optional.empty();
    }

    @Override
    public OptionalInt port(String service, String protocol) {
      return ports.containsKey(service) && !protocol.equals("sctp")
          ? OptionalInt.of(ports.get(service)) : OptionalInt.empty();
    }

    @Override
    public Optional<String> service(int port, String protocol) {
      return ports.entrySet().stream()
          .filter(entry -> entry.getValue() == port && !protocol.equals("sctp")).map(Map.Entry::getKey).findFirst();
    }
  };

  private final Map<String, String> env = new HashMap<>();
  private boolean terminal;

  Lbctl(FakeServer server) {
    env.put("XLVS_SOCKET", server.socket().toString());
  }

  Lbctl(String socket) {
    env.put("XLVS_SOCKET", socket);
  }

  Lbctl env(String name, String value) {
    env.put(name, value);
    return this;
  }

  Lbctl onTerminal() {
    terminal = true;
    return this;
  }

  /** Arguments in one string, separated by blanks. */
  Result run(String line) {
    return run("", line.isEmpty() ? new String[0] : line.trim().split(" +"));
  }

  Result run(String input, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(
        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
        new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8),
        env, terminal, false, NAMES);
    int status = Main.run(arguments, console);
    console.out().flush();
    return new Result(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
