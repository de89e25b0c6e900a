// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A listing does not wait for a resolver that is not there. */
final class HostLookupsTest {
  @Test
  void namesAreFoundAndWhatHasNoneIsANumber() {
    HostLookups lookups = new HostLookups(
        address -> address.getHostAddress().equals("10.0.0.1") ? "one.example" : address.getHostAddress(), 60_000, 60_000);
    assertThat(lookups.name(InetAddresses.forString("10.0.0.1"))).contains("one.example");
    assertThat(lookups.name(InetAddresses.forString("10.0.0.2"))).isEmpty();
  }

  @Test
  @Timeout(60)
  void aResolverThatDoesNotAnswerIsGivenUp() {
    CountDownLatch never = new CountDownLatch(1);
    AtomicInteger asked = new AtomicInteger();
    HostLookups lookups = new HostLookups(address -> {
      asked.incrementAndGet();
      try {
        never.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return "late.example";
    }, 20, 100);
    for (int i = 0; i < 1000; i++) {
      assertThat(lookups.name(InetAddresses.forString("10.0.0.1"))).isEmpty();
    }
    assertThat(asked.get()).as("100 ms in all, 20 ms each").isBetween(1, 6);
    never.countDown();
  }
}
