// SPDX-License-Identifier: Apache-2.0
package io.xlvs.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** What wrk, iperf3 and the kernel print is read as they mean it, and what went wrong is no figure. */
class ProgramOutputTest {
  /** Of wrk 4.1.0, word by word: "99%" stands twice in it. */
  private static final String WRK =
      """
      Running 1s test @ http://10.0.0.100:8000/
        1 threads and 64 connections
        Thread Stats   Avg      Stdev     Max   +/- Stdev
          Latency     1.44ms    2.18ms  31.05ms   99%
          Req/Sec    52.11k     4.06k   57.21k    60.00%
        Latency Distribution
           50%    0.98ms
           75%    1.21ms
           90%    2.34ms
           99%  987.00us
        52107 requests in 1.10s, 8.70MB read
      Requests/sec:  47370.00
      Transfer/sec:      7.91MB
      """;

  @Test
  void wrkSaysRequestsTimeAndLatency() {
    Wrk.Result result = Wrk.parse(WRK);

    assertThat(result.requests()).isEqualTo(52107);
    assertThat(result.seconds()).isEqualTo(1.10);
    assertThat(result.p99Millis()).isEqualTo(0.987, within(1e-9));
  }

  @Test
  void anAnswerThatWrkDidNotGetFails() {
    assertThatThrownBy(() -> Wrk.parse(WRK.replace("Requests/sec", "  Socket errors: connect 0, read 3, write 0, timeout 0\nRequests/sec")))
        .hasMessageContaining("read 3");
    assertThatThrownBy(() -> Wrk.parse(WRK.replace("Requests/sec", "  Non-2xx or 3xx responses: 5\nRequests/sec")))
        .hasMessageContaining("responses: 5");
    assertThatThrownBy(() -> Wrk.parse("unable to connect to 10.0.0.100:8000 Connection refused\n")).hasMessageContaining("refused");
  }

  @Test
  void iperfSaysWhatTheServerGot() throws Exception {
    String output = "{\"end\": {\"sum_sent\": {\"bytes\": 268435456, \"seconds\": 0.4}, \"sum_received\": {\"bytes\": 268435456, \"seconds\": 0.5}}}";

    assertThat(Iperf.parse(output)).isEqualTo(new Iperf.Result(268_435_456, 0.5));
    assertThatThrownBy(() -> Iperf.parse("{\"end\": {}, \"error\": \"unable to connect\"}")).hasMessageContaining("unable to connect");
  }

  @Test
  void workIsEverythingButIdleAndStolenTime() {
    assertThat(CpuTime.seconds("cpu  100 20 300 9999 9999 40 50 9999 77 7")).isEqualTo(5.10, within(1e-9));
    assertThatThrownBy(() -> CpuTime.seconds("intr 1 2 3")).hasMessageContaining("intr");
  }
}
