// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import io.xlvs.loader.net.NetNs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Talks to {@link EchoServer} from a namespace. */
final class TestClient {
  private static final int TIMEOUT_MS = 60_000;

  /**
   * @param seen what the server took for the client's address and port
   * @param own the client's port
   * @param bytes what the server counted
   */
  record Answer(String seen, int own, long bytes) {}

  private TestClient() {}

  static Answer send(String netns, String address, int port, int sizeBytes) throws IOException {
    return send(netns, address, port, sizeBytes, TIMEOUT_MS);
  }

  static Answer send(String netns, String address, int port, int sizeBytes, int timeoutMs) throws IOException {
    try (NetNs in = NetNs.enter(netns);
        Socket socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MS);
      socket.connect(new InetSocketAddress(Literals.address("address", address), port), timeoutMs);
      BufferedReader reader = new BufferedReader(new InputStreamReader(socket.getInputStream()));
      String seen = reader.readLine();
      socket.getOutputStream().write(new byte[sizeBytes]);
      socket.shutdownOutput();
      return new Answer(seen, socket.getLocalPort(), Long.parseLong(reader.readLine()));
    }
  }
}
