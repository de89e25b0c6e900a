// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Names of addresses, for which a listing waits so long and no longer: a resolver that does not answer takes up to half a minute for each,
 * and a table may have thousands. What has no name by then is shown as a number.
 */
final class HostLookups {
  private final Function<InetAddress, String> resolver;
  private final long mostNanos;
  private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
    Thread thread = new Thread(task, "lbctl-names");
    thread.setDaemon(true);
    return thread;
  });
  private long leftNanos;

  /**
   * @param resolver gives the address's own text where it has no name
   * @param mostMillis for one name
   * @param allMillis spent in vain for all names together; afterwards none is asked for
   */
  HostLookups(Function<InetAddress, String> resolver, long mostMillis, long allMillis) {
    this.resolver = resolver;
    this.mostNanos = TimeUnit.MILLISECONDS.toNanos(mostMillis);
    this.leftNanos = TimeUnit.MILLISECONDS.toNanos(allMillis);
  }

  /** The name of an address; empty if it has none, or none in time. */
  Optional<String> name(InetAddress address) {
    if (leftNanos <= 0) {
      return Optional.empty();
    }
    long start = System.nanoTime();
    Future<String> lookup = threads.submit(() -> resolver.apply(address));
    try {
      String name = lookup.get(Math.min(mostNanos, leftNanos), TimeUnit.NANOSECONDS);
      return name.equals(address.getHostAddress()) ? Optional.empty() : Optional.of(name);
    } catch (TimeoutException e) {
      leftNanos -= System.nanoTime() - start;
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException("looking up the name of " + address.getHostAddress() + " failed", e.getCause());
    }
  }
}
