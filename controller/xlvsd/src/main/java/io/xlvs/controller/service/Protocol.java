// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

/** Transport protocol of a virtual service, with its IANA number. */
public enum Protocol {
  TCP("tcp", 6),
  UDP("udp", 17),
  SCTP("sctp", 132);

  private final String text;
  private final int number;

  Protocol(String text, int number) {
    this.text = text;
    this.number = number;
  }

  /** As in a service's text form: "tcp", "udp", "sctp". */
  public String text() {
    return text;
  }

  /** IANA protocol number, as in the IP header. */
  public int number() {
    return number;
  }
}
