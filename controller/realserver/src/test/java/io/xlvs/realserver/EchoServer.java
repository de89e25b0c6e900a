// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * A plain server as anybody would write it: tells each client the address that it sees, reads until the end of the stream and
 * answers with the number of bytes. Listens on all addresses, IPv4 and IPv6 on one socket.
 */
final class EchoServer {
  private EchoServer() {}

  public static void main(String[] args) throws IOException {
    try (ServerSocket server = new ServerSocket(Integer.parseInt(args[0]))) {
      System.out.println("ready");
      while (true) {
        try (Socket socket = server.accept()) {
          InetSocketAddress peer = (InetSocketAddress) socket.getRemoteSocketAddress();
          String seen = Literals.text(peer.getAddress()) + " " + peer.getPort() + "\n";
          socket.getOutputStream().write(seen.getBytes());
          long bytes = count(socket.getInputStream());
          socket.getOutputStream().write((bytes + "\n").getBytes());
        }
      }
    }
  }

  private static long count(InputStream in) throws IOException {
    byte[] buffer = new byte[65536];
    long bytes = 0;
    for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
      bytes += n;
    }
    return bytes;
  }
}
