// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import io.xlvs.lab.Client;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The client's side of a scenario. Each connection is told by one letter: the number of the server that answered, X (refused), t (no
 * answer in time), R (reset).
 */
final class Traffic {
  /** No answer in time. */
  static final char SILENCE = 't';

  /** For the other end to close a connection too: a server that was removed meanwhile never does. */
  private static final int CLOSE_MILLIS = 5_000;

  private final Client client;
  private final List<Socket> held = new ArrayList<>();

  Traffic(Client client) {
    this.client = client;
  }

  /** Opens connections one after another, each from the next port or the next address; each is over before the next begins unless held. */
  String connect(Connections wanted, Patience patience) throws IOException {
    return client.call(() -> {
      StringBuilder picks = new StringBuilder();
      for (int i = 0; i < wanted.count(); i++) {
        picks.append(one(wanted, i, patience.millis(i)));
      }
      return picks.toString();
    });
  }

  private char one(Connections wanted, int index, int patienceMillis) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setReuseAddress(true);
      socket.setSoTimeout(patienceMillis);
      socket.bind(new InetSocketAddress(InetAddress.getByName(wanted.source(index)), wanted.port(index)));
      socket.connect(wanted.target(index), patienceMillis);
    } catch (SocketTimeoutException e) {
      socket.close();
      return SILENCE;
    } catch (ConnectException e) {
      socket.close();
      return 'X';
    }
    char answer = ask(socket);
    if (wanted.held()) {
      held.add(socket);
    } else if (wanted.reset()) {
      socket.setSoLinger(true, 0);
      socket.close();
    } else {
      finish(socket);
    }
    return answer;
  }

  /** A request over every held connection. */
  String ask(Patience patience) throws IOException {
    return client.call(() -> {
      StringBuilder answers = new StringBuilder();
      for (Socket socket : held) {
        socket.setSoTimeout(patience.millis(answers.length()));
        answers.append(ask(socket));
      }
      return answers.toString();
    });
  }

  private static char ask(Socket socket) throws IOException {
    try {
      socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: conformance\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return server(socket.getInputStream());
    } catch (SocketTimeoutException e) {
      return SILENCE;
    } catch (IOException e) {
      return 'R';
    }
  }

  /** The number in "rs1 ADDRESS PORT", after reading all of the answer. */
  private static char server(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("closed");
      }
      head.append((char) next);
    }
    String text = head.toString().toLowerCase(Locale.ROOT);
    int at = text.indexOf("content-length:") + "content-length:".length();
    int length = Integer.parseInt(text.substring(at, text.indexOf("\r\n", at)).trim());
    String body = new String(in.readNBytes(length), StandardCharsets.US_ASCII);
    return body.charAt("rs".length());
  }

  /** Closes what is held. */
  void close() throws IOException {
    for (Socket socket : held) {
      finish(socket);
    }
    held.clear();
  }

  /** Closes it and waits until the other end has: by then the balancer has seen all of it. */
  private static void finish(Socket socket) throws IOException {
    try (socket) {
      socket.setSoTimeout(CLOSE_MILLIS);
      socket.shutdownOutput();
      socket.getInputStream().skip(Long.MAX_VALUE);
    } catch (SocketTimeoutException | SocketException e) {
      // It was answered by nobody any more, or reset: there is nothing to wait for.
    }
  }

  /** Ends what is held without ceremony; whether there was any. */
  boolean abort() throws IOException {
    boolean any = !held.isEmpty();
    for (Socket socket : held) {
      socket.setSoLinger(true, 0);
      socket.close();
    }
    held.clear();
    return any;
  }

  /** Sends datagrams, each from the next port or address; a letter each. */
  String datagrams(Connections wanted, Patience patience) throws IOException {
    return client.call(() -> {
      StringBuilder answers = new StringBuilder();
      for (int i = 0; i < wanted.count(); i++) {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName(wanted.source(i)), wanted.port(i)))) {
          answers.append(datagram(socket, wanted.target(i), patience.millis(i)));
        }
      }
      return answers.toString();
    });
  }

  private static char datagram(DatagramSocket socket, InetSocketAddress target, int patienceMillis) throws IOException {
    socket.setSoTimeout(patienceMillis);
    socket.connect(target);
    try {
      socket.send(new DatagramPacket(new byte[] {'?'}, 1));
      DatagramPacket answer = new DatagramPacket(new byte[512], 512);
      socket.receive(answer);
      return (char) answer.getData()["rs".length()];
    } catch (PortUnreachableException e) {
      return 'X';
    } catch (SocketTimeoutException e) {
      return SILENCE;
    }
  }
}
