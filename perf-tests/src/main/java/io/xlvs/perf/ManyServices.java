// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A large table: TCP services on port 80, each with as many NAT servers of weights 1 to 3. All are wlc's but the first two, which are
 * rr's and mh's.
 *
 * @param services how many
 * @param servers of each
 * @param distinct every server has an address of its own, not one of 10,000
 */
record ManyServices(int services, int servers, boolean distinct) {
  /** Schedulers that a service of its own has, by its number; all others have the last. */
  private static final String[] SCHEDULERS = {"rr", "mh", "wlc"};

  /** "10.100.0.0:80". */
  static String service(int number) {
    return address(100 << 16 | number) + ":80";
  }

  /** The number of a service with this scheduler. */
  static int withScheduler(String scheduler) {
    for (int number = 0; number < SCHEDULERS.length; number++) {
      if (SCHEDULERS[number].equals(scheduler)) {
        return number;
      }
    }
    throw new IllegalArgumentException("no service has scheduler " + scheduler);
  }

  /** Writes rules as lbctl -S does. */
  void write(Path file) throws IOException {
    try (Writer out = Files.newBufferedWriter(file)) {
      for (int service = 0; service < services; service++) {
        String vip = service(service);
        out.write("-A -t " + vip + " -s " + SCHEDULERS[Math.min(service, SCHEDULERS.length - 1)] + "\n");
        for (int server = 0; server < servers; server++) {
          out.write("-a -t " + vip + " -r " + server(service, server) + " -m -w " + (1 + server % 3) + "\n");
        }
      }
    }
  }

  /** A server of a service, both by number: "10.1.0.0:8000". */
  String server(int service, int server) {
    int number = distinct ? service * servers + server : (service * 7 + server) % 10_000;
    return address((1 << 16) + number) + ":" + (8000 + service % 50);
  }

  /** The address in 10.0.0.0/8 of this number. */
  private static String address(int number) {
    return "10." + (number >> 16 & 255) + "." + (number >> 8 & 255) + "." + (number & 255);
  }
}
