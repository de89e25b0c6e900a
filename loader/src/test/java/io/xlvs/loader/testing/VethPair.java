// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.testing;

import io.xlvs.loader.net.NetDevices;
import io.xlvs.loader.net.NetNs;

/** A network namespace of the test's own with two interfaces wired to each other; it vanishes with {@link #close()}. */
public final class VethPair implements AutoCloseable {
  private final NetNs namespace = NetNs.enterNew();
  private final int left;
  private final int right;

  public VethPair() {
    try {
      Commands.run("ip link set lo up");
      Commands.run("ip link add left type veth peer name right");
      Commands.run("ip link set left up");
      Commands.run("ip link set right up");
      left = NetDevices.indexOf("left");
      right = NetDevices.indexOf("right");
    } catch (RuntimeException | Error e) {
      namespace.close();
      throw e;
    }
  }

  public int left() {
    return left;
  }

  public int right() {
    return right;
  }

  @Override
  public void close() {
    Commands.run("ip link del left");
    namespace.close();
  }
}
