// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import java.util.List;

/** The lab's addresses: a front network with client and director, a back network with director and real servers. */
public enum Family {
  IPV4("10.0.0.", "10.1.0.", 24, 32),
  IPV6("fd00::", "fd01::", 64, 128);

  /** How many real servers there are. */
  public static final int SERVERS = 3;

  private static final int DIRECTOR = 1;
  private static final int CLIENT = 2;
  private static final int FIRST_SERVER = 11;
  private static final int FIRST_LOCAL_ADDRESS = 201;

  private final String front;
  private final String back;
  private final int prefixLength;
  private final int hostLength;

  Family(String front, String back, int prefixLength, int hostLength) {
    this.front = front;
    this.back = back;
    this.prefixLength = prefixLength;
    this.hostLength = hostLength;
  }

  /** An address of the front network. */
  public String front(int host) {
    return front + host;
  }

  public String client() {
    return front(CLIENT);
  }

  public String directorFront() {
    return front(DIRECTOR);
  }

  public String directorBack() {
    return back + DIRECTOR;
  }

  /** An address of the back network. */
  public String back(int host) {
    return back + host;
  }

  /** A real server's address, 1..{@value #SERVERS}. */
  public String server(int number) {
    return back + (FIRST_SERVER + number - 1);
  }

  /** A real server's address on the leg by which it answers clients itself. */
  String serverFront(int number) {
    return front(FIRST_SERVER + number - 1);
  }

  /** The sources that FULLNAT uses. */
  public List<String> localAddresses() {
    return List.of(back + FIRST_LOCAL_ADDRESS, back + (FIRST_LOCAL_ADDRESS + 1));
  }

  /** Such as "10.1.0.0/24". */
  String backNetwork() {
    return network(back);
  }

  String frontNetwork() {
    return network(front);
  }

  private String network(String prefix) {
    return prefix + (this == IPV4 ? "0" : "") + "/" + prefixLength;
  }

  /** Length of a network's prefix, in bits. */
  int prefixLength() {
    return prefixLength;
  }

  /** Length of a single address, in bits. */
  int hostLength() {
    return hostLength;
  }

  /** With a port, as in a URL. */
  public String withPort(String address, int port) {
    return (this == IPV6 ? "[" + address + "]" : address) + ":" + port;
  }
}
