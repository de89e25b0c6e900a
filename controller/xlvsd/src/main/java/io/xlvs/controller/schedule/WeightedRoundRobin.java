// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.schedule;

import io.xlvs.controller.service.RealServer;
import java.util.Arrays;
import java.util.List;

/**
 * ip_vs_wrr.c: passes over the list with a required weight that falls from the largest weight to the smallest step (the
 * greatest common divisor); a pass picks every server whose weight reaches it.
 *
 * <p>The ring is one whole period and begins, as a service of IPVS does, with the last pass: adding the first server leaves the
 * required weight at the smallest step. A period of more than {@value #MAX_PERIOD} picks is shortened by scaling the weights down
 * (a weight above 0 stays above 0), so very uneven weights lose precision below 1/{@value #MAX_PERIOD}.
 */
final class WeightedRoundRobin implements Scheduler {
  static final int MAX_PERIOD = 65536;

  @Override
  public String name() {
    return "wrr";
  }

  @Override
  public Ring ring(List<RealServer> newestFirst) {
    int[] steps = steps(newestFirst);
    int[] entries = new int[Arrays.stream(steps).sum()];
    int max = Arrays.stream(steps).max().orElse(0);
    int count = 0;
    for (int pass = 0; pass < max; pass++) {
      int required = requiredSteps(pass, max);
      for (int i = 0; i < steps.length; i++) {
        if (steps[i] >= required) {
          entries[count++] = i;
        }
      }
    }
    return new Ring(Ring.Pick.NEXT, entries);
  }

  /** The ring's first pass requires one step (the last pass of IPVS's period), the next ones max, max - 1, ... */
  private static int requiredSteps(int pass, int max) {
    return pass == 0 ? 1 : max + 1 - pass;
  }

  /** A change begins the list anew and keeps the required weight, as far as the new weights have such a pass. */
  @Override
  public int resume(List<RealServer> before, long picks, List<RealServer> after) {
    int[] old = steps(before);
    int[] now = steps(after);
    int oldMax = Arrays.stream(old).max().orElse(0);
    int max = Arrays.stream(now).max().orElse(0);
    if (picks == 0 || oldMax == 0 || max == 0) {
      return 0;
    }
    int position = (int) ((picks - 1) % Arrays.stream(old).sum());
    int pass = 0;
    while (position >= passLength(old, requiredSteps(pass, oldMax))) {
      position -= passLength(old, requiredSteps(pass, oldMax));
      pass++;
    }
    // IPVS keeps the required weight itself: (steps - 1) * gcd + 1, and rounds it to a step of the new weights.
    long required = (requiredSteps(pass, oldMax) - 1L) * unit(before) + 1;
    long unit = unit(after);
    long largest = (max - 1L) * unit + 1;
    int steps = required > largest ? max : (int) (required / unit) + (unit > 1 ? 1 : 0);
    return start(now, max, steps);
  }

  private static int start(int[] steps, int max, int required) {
    int start = 0;
    for (int pass = 0; requiredSteps(pass, max) != required; pass++) {
      start += passLength(steps, requiredSteps(pass, max));
    }
    return start;
  }

  private static int passLength(int[] steps, int required) {
    int length = 0;
    for (int step : steps) {
      length += step >= required ? 1 : 0;
    }
    return length;
  }

  /** Weights in steps, scaled so that their sum is at most MAX_PERIOD where that is possible. */
  private static int[] steps(List<RealServer> servers) {
    long unit = unit(servers);
    long sum = 0;
    for (RealServer server : servers) {
      sum += server.weight() / unit;
    }
    int[] steps = new int[servers.size()];
    for (int i = 0; i < steps.length; i++) {
      long exact = servers.get(i).weight() / unit;
      // Down, so that the sum cannot exceed the limit by rounding; up to one for what would vanish.
      steps[i] = (int) (sum <= MAX_PERIOD || exact == 0 ? exact : Math.max(1, exact * (MAX_PERIOD - steps.length) / sum));
    }
    return steps;
  }

  private static long unit(List<RealServer> servers) {
    long divisor = 0;
    for (RealServer server : servers) {
      divisor = Weights.gcd(server.weight(), divisor);
    }
    return Math.max(1, divisor);
  }

  @Override
  public int maxServers() {
    return MAX_PERIOD / 2;
  }
}
