// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/**
 * Arguments: the server's name, then {@code http:PORT} (any address) and {@code echo:ADDRESS:PORT} each as often as wanted. Prints
 * "ready" when all of them are served.
 *
 * <p>{@code GET /} and a datagram are answered with the server's name and the client that it saw, "rs1 10.0.0.2 40000"; {@code GET
 * /download?BYTES} with as many zero bytes; a datagram's own text follows on a second line.
 */
public final class Main {
  private static final int THREADS = 16;
  private static final int BACKLOG = 4096;

  /** Clients hold connections for as long as they like. */
  private static final String IDLE_SECONDS = "86400";
  private static final int CHUNK_BYTES = 1 << 16;
  private static final int MAX_DATAGRAM_BYTES = 65_507;

  private final String name;

  private Main(String name) {
    this.name = name;
  }

  public static void main(String[] arguments) throws IOException {
    Main server = new Main(arguments[0]);
    for (int i = 1; i < arguments.length; i++) {
      String[] words = arguments[i].split(":", 2);
      switch (words[0]) {
        case "http" -> server.serveHttp(Integer.parseInt(words[1]));
        case "echo" -> server.serveEcho(words[1]);
        default -> throw new IllegalArgumentException("\"" + arguments[i] + "\" is neither http:PORT nor echo:ADDRESS:PORT");
      }
    }
    System.out.println("ready");
  }

  private void serveHttp(int port) throws IOException {
    System.setProperty("sun.net.httpserver.idleInterval", IDLE_SECONDS);
    HttpServer server = HttpServer.create(new InetSocketAddress(port), BACKLOG);
    server.setExecutor(Executors.newFixedThreadPool(THREADS));
    server.createContext("/", exchange -> answer(exchange, text(exchange.getRemoteAddress()).getBytes(StandardCharsets.UTF_8)));
    server.createContext("/download", Main::download);
    server.start();
  }

  private static void answer(HttpExchange exchange, byte[] body) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static void download(HttpExchange exchange) throws IOException {
    try (exchange) {
      long rest = Long.parseLong(exchange.getRequestURI().getQuery());
      exchange.sendResponseHeaders(200, rest);
      byte[] chunk = new byte[CHUNK_BYTES];
      OutputStream body = exchange.getResponseBody();
      while (rest > 0) {
        int bytes = (int) Math.min(rest, chunk.length);
        body.write(chunk, 0, bytes);
        rest -= bytes;
      }
    }
  }

  private void serveEcho(String addressAndPort) throws IOException {
    int colon = addressAndPort.lastIndexOf(':');
    InetAddress address = InetAddress.getByName(addressAndPort.substring(0, colon));
    DatagramChannel channel = DatagramChannel.open();
    channel.bind(new InetSocketAddress(address, Integer.parseInt(addressAndPort.substring(colon + 1))));
    new Thread(() -> echo(channel), "echo " + addressAndPort).start();
  }

  private void echo(DatagramChannel channel) {
    ByteBuffer datagram = ByteBuffer.allocate(MAX_DATAGRAM_BYTES);
    while (true) {
      try {
        InetSocketAddress client = (InetSocketAddress) channel.receive(datagram.clear());
        String request = StandardCharsets.UTF_8.decode(datagram.flip()).toString();
        channel.send(StandardCharsets.UTF_8.encode(text(client) + "\n" + request), client);
      } catch (IOException e) {
        // One client's trouble (its port is closed by now, say) is not the other clients'.
        System.err.println(name + ": echo: " + e);
      }
    }
  }

  private String text(InetSocketAddress client) {
    return name + " " + client.getAddress().getHostAddress().replaceFirst("%.*", "") + " " + client.getPort();
  }
}
