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
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The client's side of a scenario. Each connection is told by one letter: the number of the server that answered, X (refused), t (no
 * answer in time), R (reset).
 */
final class Traffic implements AutoCloseable {
  /** For a server that is there. */
  private static final int CONNECT_MILLIS = 20_000;

  /** For an answer that may never come. */
  private static final int ANSWER_MILLIS = 4_000;

  private final Client client;
  private final List<Socket> held = new ArrayList<>();

  Traffic(Client client) {
    this.client = client;
  }

  /** Opens connections one after another, each from the next port or the next address; each is closed by the client before the next unless held. */
  String connect(Connections wanted) throws IOException {
    return client.call(() -> {
      StringBuilder picks = new StringBuilder();
      for (int i = 0; i < wanted.count(); i++) {
        picks.append(one(wanted, i));
      }
      return picks.toString();
    });
  }

  private char one(Connections wanted, int index) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setReuseAddress(true);
      socket.setSoTimeout(CONNECT_MILLIS);
      socket.bind(new InetSocketAddress(InetAddress.getByName(wanted.source(index)), wanted.port(index)));
      socket.connect(wanted.target(), CONNECT_MILLIS);
    } catch (SocketTimeoutException e) {
      socket.close();
      return 't';
    } catch (ConnectException e) {
      socket.close();
      return 'X';
    }
    char answer = ask(socket);
    socket.setSoTimeout(ANSWER_MILLIS);
    if (wanted.held()) {
      held.add(socket);
    } else {
      socket.close();
    }
    return answer;
  }

  /** A request over every held connection. */
  String ask() throws IOException {
    return client.call(() -> {
      StringBuilder answers = new StringBuilder();
      for (Socket socket : held) {
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
      return 't';
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
  void release() throws IOException {
    for (Socket socket : held) {
      socket.close();
    }
    held.clear();
  }

  /** Sends datagrams, each from the next port or address; a letter each. */
  String datagrams(Connections wanted) throws IOException {
    return client.call(() -> {
      StringBuilder answers = new StringBuilder();
      for (int i = 0; i < wanted.count(); i++) {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName(wanted.source(i)), wanted.port(i)))) {
          answers.append(datagram(socket, wanted.target()));
        }
      }
      return answers.toString();
    });
  }

  private static char datagram(DatagramSocket socket, InetSocketAddress target) throws IOException {
    socket.setSoTimeout(ANSWER_MILLIS);
    socket.connect(target);
    try {
      socket.send(new DatagramPacket(new byte[] {'?'}, 1));
      DatagramPacket answer = new DatagramPacket(new byte[512], 512);
      socket.receive(answer);
      return (char) answer.getData()["rs".length()];
    } catch (PortUnreachableException e) {
      return 'X';
    } catch (SocketTimeoutException e) {
      return 't';
    }
  }

  @Override
  public void close() throws IOException {
    release();
  }
}
