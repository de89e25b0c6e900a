// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import io.xlvs.lab.Command;
import java.util.ArrayList;
import java.util.List;

/** What is asked: xlvs, or IPVS when a scenario is recorded. */
interface Balancer {
  /** Standard error's lines begin with it in an answer. */
  String ERROR = "! ";

  /** Runs ipvsadm, or lbctl in its place; standard output's lines, standard error's after {@link #ERROR}, "exit status N" unless N is 0. */
  List<String> ipvsadm(List<String> words, String input);

  /** Makes so much time pass for connections and templates; how many nanoseconds more than that went by for them. */
  long pass(int seconds);

  /** Sets an answer to expire_nodest_conn and the like: a variable of net.ipv4.vs. */
  List<String> sysctl(String name, String value);

  /**
   * Has packets carry a firewall mark.
   *
   * @param mark from 1 on
   * @param destination address or prefix
   * @param protocol "tcp" or "udp", or empty for both
   * @param ports parted by commas; "all" for every port; empty with the protocol
   */
  void mark(int mark, String destination, String protocol, String ports);

  /** Empties the table and puts back what scenarios set: none meets what another left. */
  void reset();

  /** A program's answer as a scenario has it: see {@link #ipvsadm}. */
  static List<String> lines(Command.Result result) {
    List<String> lines = new ArrayList<>(result.out().lines().toList());
    result.err().lines().filter(line -> !line.isBlank()).forEach(line -> lines.add(ERROR + line));
    if (result.status() != 0) {
      lines.add("exit status " + result.status());
    }
    return lines;
  }
}
