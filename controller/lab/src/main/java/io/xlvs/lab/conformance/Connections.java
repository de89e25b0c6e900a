// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import io.xlvs.lab.Family;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Iterator;
import java.util.List;

/**
 * Connections or datagrams that a step asks for: "COUNT to [each] ADDRESS:PORT [from [each] ADDRESS] [port PORT] [held|reset]". From one address
 * the port goes up by one, from or to "each" the address does. Each is closed by the client before the next, with a RST if "reset", unless
 * it is "held".
 */
record Connections(int count, InetSocketAddress firstTarget, boolean eachTarget, String first, boolean eachAddress, int firstPort, boolean held,
    boolean reset) {
  private static final int FIRST_PORT = 20_000;

  static Connections parse(List<String> words) {
    Iterator<String> rest = words.iterator();
    int count = Integer.parseInt(rest.next());
    InetSocketAddress target = null;
    boolean eachTarget = false;
    String source = null;
    boolean each = false;
    int port = FIRST_PORT;
    boolean held = false;
    boolean reset = false;
    while (rest.hasNext()) {
      String word = rest.next();
      switch (word) {
        case "to" -> {
          String address = rest.next();
          eachTarget = address.equals("each");
          target = socketAddress(eachTarget ? rest.next() : address);
        }
        case "from" -> {
          source = rest.next();
          if (source.equals("each")) {
            each = true;
            source = rest.next();
          }
        }
        case "port" -> port = Integer.parseInt(rest.next());
        case "held" -> held = true;
        case "reset" -> reset = true;
        default -> throw new IllegalArgumentException("\"" + word + "\" says nothing about connections: to, from, port, held, reset do");
      }
    }
    if (target == null) {
      throw new IllegalArgumentException("connections to what? \"to ADDRESS:PORT\" is missing");
    }
    if (source == null) {
      source = (target.getAddress().getAddress().length == 4 ? Family.IPV4 : Family.IPV6).client();
    }
    return new Connections(count, target, eachTarget, source, each, port, held, reset);
  }

  private static InetSocketAddress socketAddress(String text) {
    int colon = text.lastIndexOf(':');
    String host = text.substring(0, colon).replace("[", "").replace("]", "");
    return new InetSocketAddress(host, Integer.parseInt(text.substring(colon + 1)));
  }

  /** The source address of the connection with this index. */
  String source(int index) throws UnknownHostException {
    return eachAddress ? after(InetAddress.getByName(first), index).getHostAddress() : first;
  }

  /** What it goes to. */
  InetSocketAddress target(int index) throws UnknownHostException {
    return eachTarget ? new InetSocketAddress(after(firstTarget.getAddress(), index), firstTarget.getPort()) : firstTarget;
  }

  private static InetAddress after(InetAddress first, int index) throws UnknownHostException {
    byte[] address = first.getAddress();
    address[address.length - 1] += (byte) index;
    return InetAddress.getByAddress(address);
  }

  /** Its source port. */
  int port(int index) {
    return eachAddress ? firstPort : firstPort + index;
  }
}
