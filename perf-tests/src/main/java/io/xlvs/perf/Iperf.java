// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/** iperf3, one connection from the client to a server, for a fixed number of bytes: upwards, which crosses the director in every method. */
final class Iperf {
  private static final long BYTES = 256L << 20;

  private Iperf() {}

  /**
   * What it found.
   *
   * @param bytes that the server got
   * @param seconds they took
   */
  record Result(double bytes, double seconds) {}

  /** Its command line. */
  static List<String> command(Contender contender) {
    return List.of("iperf3", "-c", contender.address, "-p", Integer.toString(contender.bulkPort()), "-n", Long.toString(BYTES), "-J");
  }

  static Result parse(String output) throws JsonProcessingException {
    JsonNode end = new ObjectMapper().readTree(output).path("end").path("sum_received");
    Result result = new Result(end.path("bytes").asDouble(), end.path("seconds").asDouble());
    // The last bytes may still be on their way when the server is asked.
    if (result.bytes < 0.9 * BYTES || result.seconds <= 0) {
      throw new IllegalStateException("iperf3's server did not get " + BYTES + " bytes:\n" + output);
    }
    return result;
  }
}
