// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.verbs;

import com.google.protobuf.FieldMask;
import io.xlvs.ctl.Failure;
import io.xlvs.v1.ForwardingMethod;
import io.xlvs.v1.RealServer;
import io.xlvs.v1.TunnelChecksum;
import io.xlvs.v1.TunnelType;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What can be chosen and changed of a real server; every option left out is null. */
final class ServerOptions {
  /** Forwarding methods by the names that people use. */
  enum Method {
    NAT,
    DR,
    TUN,
    FULLNAT
  }

  /** Encapsulations of tun. */
  enum Encapsulation {
    IPIP,
    GUE,
    GRE
  }

  /** Checksums of gue and gre. */
  enum Checksum {
    NONE,
    FULL,
    REMOTE
  }

  @Option(names = "--method", paramLabel = "METHOD", description = "nat, dr, tun or fullnat (default of add: dr).")
  private Method method;

  @Option(names = "--weight", paramLabel = "N", description = "Its share, 0 to 2147483647; 0: no new connections (default of add: 1).")
  private Integer weight;

  @Option(names = "--upper-threshold", paramLabel = "N", description = "No new connections from so many on; 0: no limit.")
  private Integer upper;

  @Option(names = "--lower-threshold", paramLabel = "N", description = "New connections again below so many.")
  private Integer lower;

  @Option(names = "--tunnel-type", paramLabel = "TYPE", description = "Of tun: ipip, gue or gre (default: ipip).")
  private Encapsulation tunnelType;

  @Option(names = "--tunnel-port", paramLabel = "PORT", description = "Of gue: UDP port on the server.")
  private Integer tunnelPort;

  @Option(names = "--tunnel-checksum", paramLabel = "SUM", description = "Of gue and gre: none, full or remote (default: none).")
  private Checksum tunnelChecksum;

  /** Sets what was given, and lists the fields that were. */
  FieldMask apply(RealServer.Builder server) {
    List<String> fields = new ArrayList<>();
    if (method != null) {
      server.setMethod(ForwardingMethod.valueOf("FORWARDING_METHOD_" + method));
      fields.add("method");
    }
    if (weight != null) {
      server.setWeight(natural("--weight", weight));
      fields.add("weight");
    }
    if (upper != null) {
      server.setUpperThreshold(natural("--upper-threshold", upper));
      fields.add("upper_threshold");
    }
    if (lower != null) {
      server.setLowerThreshold(natural("--lower-threshold", lower));
      fields.add("lower_threshold");
    }
    if (tunnelType != null || tunnelPort != null || tunnelChecksum != null) {
      if (tunnelType != null) {
        server.getTunnelBuilder().setType(TunnelType.valueOf("TUNNEL_TYPE_" + tunnelType));
      }
      if (tunnelPort != null) {
        server.getTunnelBuilder().setPort(natural("--tunnel-port", tunnelPort));
      }
      if (tunnelChecksum != null) {
        server.getTunnelBuilder().setChecksum(TunnelChecksum.valueOf("TUNNEL_CHECKSUM_" + tunnelChecksum));
      }
      fields.add("tunnel");
    }
    return FieldMask.newBuilder().addAllPaths(fields).build();
  }

  private static int natural(String option, int value) {
    if (value < 0) {
      throw new Failure(Failure.USAGE, option + ": `" + value + "' is negative", "give a number of 0 or more");
    }
    return value;
  }
}
