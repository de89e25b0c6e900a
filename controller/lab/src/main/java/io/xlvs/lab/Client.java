// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import io.xlvs.loader.net.NetNs;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The client: threads of this process that have moved into its network namespace, where their sockets are. */
public final class Client implements AutoCloseable {
  private static final int THREADS = 16;

  /** For machines with much else to do: what is lost is sent again long before. */
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final int UDP_BYTES = 2048;

  private final ExecutorService threads;
  private final LocalPorts ports = new LocalPorts();

  Client(Namespace namespace) {
    threads = Executors.newFixedThreadPool(THREADS, task -> {
      Thread thread = new Thread(() -> {
        try (NetNs inside = NetNs.enter(namespace.path())) {
          task.run();
        }
      }, "lab client");
      thread.setDaemon(true);
      return thread;
    });
  }

  /** Asks a TCP service who it is, over a new connection. */
  public Answer get(String address, int port) throws IOException {
    return call(() -> exchange(tcpPort(address), address, port));
  }

  /** The same from a port of the caller's choice, below {@value LocalPorts#FIRST}. */
  public Answer getFrom(int localPort, String address, int port) throws IOException {
    return call(() -> exchange(localPort, address, port));
  }

  /** Opens a TCP connection, for {@link #ask}; the caller closes it. */
  public Socket open(String address, int port) throws IOException {
    return call(() -> connect(tcpPort(address), address, port, TIMEOUT_MILLIS));
  }

  /** The same from a port of the caller's choice, below {@value LocalPorts#FIRST}. */
  public Socket openFrom(int localPort, String address, int port, int timeoutMillis) throws IOException {
    return call(() -> connect(localPort, address, port, timeoutMillis));
  }

  /** Asks who is at the other end, which then closes the connection. */
  public static Answer ask(Socket socket) throws IOException {
    request(socket, "/");
    InputStream in = socket.getInputStream();
    skipHead(in);
    return Answer.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), socket.getLocalPort());
  }

  /** Asks a UDP service who it is, from a new port. */
  public Answer echo(String address, int port) throws IOException {
    return echoes(address, port, 1).get(0);
  }

  /** The same from a port of the caller's choice, below {@value LocalPorts#FIRST}. */
  public Answer echoFrom(int localPort, String address, int port) throws IOException {
    return echoes(localPort, address, port, 1).get(0);
  }

  /** The same with so many datagrams one after another, all from one new port. */
  public List<Answer> echoes(String address, int port, int datagrams) throws IOException {
    return echoes(ports.take("UDP", address), address, port, datagrams);
  }

  private List<Answer> echoes(int localPort, String address, int port, int datagrams) throws IOException {
    return call(() -> {
      try (DatagramSocket socket = new DatagramSocket(null)) {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(localPort));
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(new InetSocketAddress(address, port));
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < datagrams; i++) {
          answers.add(datagram(socket));
        }
        return answers;
      } catch (IOException e) {
        throw new IOException("UDP " + address + " port " + port + ": " + e.getMessage(), e);
      }
    });
  }

  /** So many short connections, several at a time; every one is answered, or this fails. */
  public List<Answer> getMany(String address, int port, int connections) throws IOException {
    List<Future<Answer>> futures = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      futures.add(threads.submit(() -> exchange(tcpPort(address), address, port)));
    }
    List<Answer> answers = new ArrayList<>();
    for (Future<Answer> future : futures) {
      answers.add(result(future));
    }
    return answers;
  }

  /** Starts a download as fast as it can be had; the future's result is how many bytes came. */
  public Future<Long> download(String address, int port, long bytes) {
    return download(address, port, bytes, Long.MAX_VALUE, new CountDownLatch(0));
  }

  /** Starts one that takes at most so many bytes a second until the latch is open; the future's result is how many bytes came. */
  public Future<Long> download(String address, int port, long bytes, long bytesPerSecond, CountDownLatch fullSpeed) {
    return threads.submit(() -> {
      try (Socket socket = connect(tcpPort(address), address, port, TIMEOUT_MILLIS)) {
        request(socket, "/download?" + bytes);
        InputStream in = socket.getInputStream();
        skipHead(in);
        byte[] buffer = new byte[1 << 16];
        long received = 0;
        long start = System.nanoTime();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          received += read;
          long aheadMillis = received * 1000 / bytesPerSecond - (System.nanoTime() - start) / 1_000_000;
          if (aheadMillis > 0) {
            fullSpeed.await(aheadMillis, TimeUnit.MILLISECONDS);
          }
        }
        return received;
      }
    });
  }

  /** Runs anything of the caller's on a thread in the client's namespace. */
  public <T> T call(Callable<T> task) throws IOException {
    return result(threads.submit(task));
  }

  /** Waits for a future of this client. */
  public static <T> T result(Future<T> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException runtime) {
        throw runtime;
      }
      throw new IOException(e.getCause().getMessage(), e.getCause());
    }
  }

  private int tcpPort(String address) {
    return ports.take("TCP", address);
  }

  private static Answer exchange(int localPort, String address, int port) throws IOException {
    try (Socket socket = connect(localPort, address, port, TIMEOUT_MILLIS)) {
      return ask(socket);
    } catch (IOException e) {
      throw new IOException("TCP " + address + " port " + port + ": " + e.getMessage(), e);
    }
  }

  private static Socket connect(int localPort, String address, int port, int timeoutMillis) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(localPort));
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(new InetSocketAddress(address, port), timeoutMillis);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static void request(Socket socket, String path) throws IOException {
    socket.getOutputStream()
        .write(("GET " + path + " HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
  }

  /** Reads up to the empty line; what is wanted follows until the end of the connection. */
  private static void skipHead(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the connection ended within the head of the answer: \"" + head + "\"");
      }
      head.append((char) next);
    }
    if (!head.toString().startsWith("HTTP/1.1 200 ")) {
      throw new IOException("the server answered \"" + head.toString().lines().findFirst().orElse("") + "\"");
    }
  }

  private static Answer datagram(DatagramSocket socket) throws IOException {
    byte[] question = ("question " + System.nanoTime()).getBytes(StandardCharsets.UTF_8);
    socket.send(new DatagramPacket(question, question.length));
    DatagramPacket packet = new DatagramPacket(new byte[UDP_BYTES], UDP_BYTES);
    socket.receive(packet);
    String[] lines = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8).split("\n");
    if (lines.length != 2 || !lines[1].equals(new String(question, StandardCharsets.UTF_8))) {
      throw new IOException("another datagram than the one sent came back");
    }
    return Answer.parse(lines[0], socket.getLocalPort());
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
