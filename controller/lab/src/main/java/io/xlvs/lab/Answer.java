// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * What a real server said.
 *
 * @param server its name, "rs1"
 * @param clientAddress the client's address as the server saw it
 * @param clientPort the client's port as the server saw it
 * @param localPort the port that the client really used
 */
public record Answer(String server, InetAddress clientAddress, int clientPort, int localPort) {
  static Answer parse(String line, int localPort) {
    String[] words = line.strip().split(" ");
    if (words.length != 3) {
      throw new LabException("\"" + line + "\" is not an answer of the lab's servers");
    }
    try {
      return new Answer(words[0], InetAddress.getByName(words[1]), Integer.parseInt(words[2]), localPort);
    } catch (UnknownHostException e) {
      throw new LabException("\"" + line + "\" names no address", e);
    }
  }

  /** Whether the server saw this client as it is. */
  public boolean saw(String client) {
    try {
      return clientAddress.equals(InetAddress.getByName(client)) && clientPort == localPort;
    } catch (UnknownHostException e) {
      throw new LabException("\"" + client + "\" is no address", e);
    }
  }
}
