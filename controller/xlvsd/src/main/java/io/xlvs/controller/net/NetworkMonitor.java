// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.net;

import io.xlvs.loader.netlink.NetlinkMessage;
import io.xlvs.loader.netlink.NetlinkOverrunException;
import io.xlvs.loader.netlink.NetlinkSocket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the kernel's events about interfaces, addresses, routes, rules and neighbours on a thread of its own. */
public final class NetworkMonitor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NetworkMonitor.class);

  /** RTNLGRP_LINK, NEIGH, IPV4_IFADDR, IPV4_ROUTE, IPV4_RULE, IPV6_IFADDR, IPV6_ROUTE, IPV6_RULE, NEXTHOP. */
  private static final int[] GROUPS = {1, 3, 5, 7, 8, 9, 11, 19, 32};

  private static final int RTM_NEWNEIGH = 28;
  private static final int RTM_DELNEIGH = 29;
  private static final int WAIT_MS = 100;

  /** A stream of changes is reported at least so often. */
  private static final long LONGEST_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final NetlinkSocket socket;
  private final NetworkListener listener;
  private final Thread thread;
  private volatile boolean closed;
  private boolean changed;
  private long changedSinceNanos;

  private NetworkMonitor(NetlinkSocket socket, NetworkListener listener) {
    this.socket = socket;
    this.listener = listener;
    this.thread = new Thread(this::run, "xlvs-network");
    this.thread.setDaemon(true);
  }

  /**
   * Starts to listen in the calling thread's network namespace. What was read before may have changed by then: read it, or
   * read it again, after this call.
   */
  public static NetworkMonitor start(NetworkListener listener) {
    NetworkMonitor monitor = new NetworkMonitor(NetlinkSocket.forEvents(WAIT_MS, GROUPS), listener);
    monitor.thread.start();
    return monitor;
  }

  private void run() {
    while (!closed) {
      try {
        step();
      } catch (RuntimeException e) {
        // One event that cannot be handled must not end the following of all others.
        LOG.error("cannot follow a network change: {}", e.getMessage(), e);
        pause();
      }
    }
  }

  private void step() {
    List<NetlinkMessage> messages = receive();
    for (NetlinkMessage message : messages) {
      if (message.type() == RTM_NEWNEIGH || message.type() == RTM_DELNEIGH) {
        Neighbour neighbour = Neighbour.parse(message);
        if (neighbour != null) {
          listener.neighbourChanged(neighbour);
        }
      } else {
        noteChange();
      }
    }
    if (changed && (messages.isEmpty() || System.nanoTime() - changedSinceNanos > LONGEST_DELAY_NANOS)) {
      changed = false;
      listener.networkChanged();
    }
  }

  private List<NetlinkMessage> receive() {
    try {
      return socket.receive();
    } catch (NetlinkOverrunException e) {
      LOG.warn("network events were lost; reading everything anew");
      noteChange();
      return List.of();
    }
  }

  private void noteChange() {
    if (!changed) {
      changed = true;
      changedSinceNanos = System.nanoTime();
    }
  }

  private void pause() {
    try {
      Thread.sleep(WAIT_MS);
    } catch (InterruptedException e) {
      closed = true;
      Thread.currentThread().interrupt();
    }
  }

  /** Stops listening and waits for a running callback to end. Must not be called by the listener. */
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    socket.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
