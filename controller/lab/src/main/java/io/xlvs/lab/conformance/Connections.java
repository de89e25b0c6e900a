// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import io.xlvs.lab.Family;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Iterator;
import java.util.List;

/**
 * Connections or datagrams that a step asks for: "COUNT to ADDRESS:PORT [from ADDRESS | from each ADDRESS] [port PORT] [held]". From
 * one address the port goes up by one, from "each" the address does.
 */
record Connections(int count, InetSocketAddress target, String first, boolean eachAddress, int firstPort, boolean held) {
  private static final int FIRST_PORT = 20_000;

  static Connections parse(List<String> words) {
    Iterator<String> rest = words.iterator();
    int count = Integer.parseInt(rest.next());
    InetSocketAddress target = null;
    String source = null;
    boolean each = false;
    int port = FIRST_PORT;
    boolean held = false;
    while (rest.hasNext()) {
      String word = rest.next();
      switch (word) {
        case "to" -> target = socketAddress(rest.next());
        case "from" -> {
          source = rest.next();
          if (source.equals("each")) {
            each = true;
            source = rest.next();
          }
        }
        case "port" -> port = Integer.parseInt(rest.next());
        case "held" -> held = true;
        default -> throw new IllegalArgumentException("\"" + word + "\" says nothing about connections: to, from, port, held do");
      }
    }
    if (target == null) {
      throw new IllegalArgumentException("connections to what? \"to ADDRESS:PORT\" is missing");
    }
    if (source == null) {
      source = (target.getAddress().getAddress().length == 4 ? Family.IPV4 : Family.IPV6).client();
    }
    return new Connections(count, target, source, each, port, held);
  }

  private static InetSocketAddress socketAddress(String text) {
    int colon = text.lastIndexOf(':');
    String host = text.substring(0, colon).replace("[", "").replace("]", "");
    return new InetSocketAddress(host, Integer.parseInt(text.substring(colon + 1)));
  }

  /** The source address of the connection with this index. */
  String source(int index) throws UnknownHostException {
    if (!eachAddress) {
      return first;
    }
    byte[] address = InetAddress.getByName(first).getAddress();
    address[address.length - 1] += (byte) index;
    return InetAddress.getByAddress(address).getHostAddress();
  }

  /** Its source port. */
  int port(int index) {
    return eachAddress ? firstPort : firstPort + index;
  }
}
