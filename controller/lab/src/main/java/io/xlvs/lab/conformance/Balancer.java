// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import java.util.List;

/** What is asked: xlvs, or IPVS when a scenario is recorded. */
interface Balancer {
  /** Runs ipvsadm, or lbctl in its place; standard output's lines, then "exit status N" unless N is 0. */
  List<String> ipvsadm(List<String> words);

  /** Makes so much time pass for connections and templates. */
  void pass(int seconds);

  /** Sets an answer to expire_nodest_conn and the like: a variable of net.ipv4.vs. */
  List<String> sysctl(String name, String value);
}
