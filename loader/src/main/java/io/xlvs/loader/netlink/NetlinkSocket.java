// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.netlink;

import io.xlvs.loader.BpfException;
import io.xlvs.loader.internal.Errno;
import io.xlvs.loader.internal.Fd;
import io.xlvs.loader.internal.LibSocket;
import io.xlvs.loader.internal.Native;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * An rtnetlink socket, for requests or for events but not both. One thread at a time, except {@link #close()}, after which a
 * waiting {@link #receive} ends within its timeout.
 */
public final class NetlinkSocket implements AutoCloseable {
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW_CLOEXEC = 3 | 02000000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUF = 8;
  private static final int SO_RCVTIMEO = 20;
  private static final int RECEIVE_BUFFER_BYTES = 4 << 20;

  /** The kernel makes datagrams of at most 32 KiB. */
  private static final int DATAGRAM_BYTES = 64 << 10;

  private static final int ENOBUFS = 105;
  private static final int ETIMEDOUT = 110;
  /** Requests in one datagram: their answers must fit the receive buffer. */
  private static final int BATCH = 64;

  private static final int REQUEST_TIMEOUT_MS = 5000;

  private final Fd fd;
  private final LibSocket libc = LibSocket.INSTANCE;
  private final ByteBuffer in = Native.allocate(DATAGRAM_BYTES);
  private int sequence;

  private NetlinkSocket(Fd fd) {
    this.fd = fd;
  }

  /** A socket for {@link #request} and {@link #dump}. */
  public static NetlinkSocket forRequests() {
    return open(0, REQUEST_TIMEOUT_MS);
  }

  /**
   * A socket for {@link #receive}.
   *
   * @param timeoutMs how long a receive waits at most
   * @param groups {@code RTNLGRP_*} numbers, 1 to 32
   */
  public static NetlinkSocket forEvents(int timeoutMs, int... groups) {
    int mask = 0;
    for (int group : groups) {
      mask |= 1 << group - 1;
    }
    return open(mask, timeoutMs);
  }

  private static NetlinkSocket open(int groupMask, int timeoutMs) {
    LibSocket libc = LibSocket.INSTANCE;
    int descriptor = libc.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, 0);
    check(descriptor, "open");
    NetlinkSocket socket = new NetlinkSocket(new Fd(descriptor, "netlink socket"));
    try {
      socket.configure(groupMask, timeoutMs);
      return socket;
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private void configure(int groupMask, int timeoutMs) {
    ByteBuffer value = Native.allocate(16);
    long address = Native.address(value);
    value.putInt(0, RECEIVE_BUFFER_BYTES);
    check(libc.setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, address, 4), "size the buffer of");
    value.putLong(0, timeoutMs / 1000).putLong(8, timeoutMs % 1000 * 1000L);
    check(libc.setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, address, 16), "set the timeout of");
    // struct sockaddr_nl: family, padding, port id (the kernel chooses), groups
    value.putShort(0, (short) AF_NETLINK).putShort(2, (short) 0).putInt(4, 0).putInt(8, groupMask);
    check(libc.bind(fd.get(), address, 12), "bind");
  }

  /**
   * Sends many {@link NetlinkRequest#GET} requests together, which saves most of their system calls.
   *
   * @return the answers in the order of the requests; empty for one that the kernel refused (no route, no such object)
   */
  public List<Optional<NetlinkMessage>> requestAll(List<NetlinkRequest> requests) {
    List<Optional<NetlinkMessage>> answers = new ArrayList<>(requests.size());
    for (int from = 0; from < requests.size(); from += BATCH) {
      requestBatch(requests.subList(from, Math.min(requests.size(), from + BATCH)), answers);
    }
    return answers;
  }

  private void requestBatch(List<NetlinkRequest> batch, List<Optional<NetlinkMessage>> answers) {
    int first = sequence + 1;
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    for (NetlinkRequest request : batch) {
      sequence++;
      messages.writeBytes(request.encode(sequence));
    }
    send(messages.toByteArray());
    int expected = first;
    while (expected <= sequence) {
      for (NetlinkMessage answer : NetlinkMessage.split(awaitDatagram(batch.get(0)))) {
        if (answer.sequence() == expected) {
          answers.add(answer.type() == NetlinkMessage.ERROR ? Optional.empty() : Optional.of(answer.copy()));
          expected++;
        }
      }
    }
  }

  /**
   * Sends a request that has one answer, or with {@link NetlinkRequest#SET} none.
   *
   * @return the answer; empty for requests that are only acknowledged
   * @throws BpfException with the kernel's error number when it refuses
   */
  public List<NetlinkMessage> request(NetlinkRequest request) {
    List<NetlinkMessage> answers = new ArrayList<>();
    dump(request, answer -> answers.add(answer.copy()));
    return answers;
  }

  /**
   * Sends a request and hands over each answer.
   *
   * @param visitor must copy what it keeps: payloads are overwritten by the next datagram
   */
  public void dump(NetlinkRequest request, Consumer<NetlinkMessage> visitor) {
    sequence++;
    send(request.encode(sequence));
    while (true) {
      for (NetlinkMessage answer : NetlinkMessage.split(awaitDatagram(request))) {
        if (answer.sequence() == sequence && isLast(request, answer, visitor)) {
          return;
        }
      }
    }
  }

  private void send(byte[] messages) {
    ByteBuffer out = Native.allocate(messages.length).put(0, messages);
    check((int) libc.send(fd.get(), Native.address(out), messages.length, 0), "send to");
  }

  private ByteBuffer awaitDatagram(NetlinkRequest request) {
    ByteBuffer datagram = receiveDatagram();
    if (datagram == null) {
      throw new BpfException("ask", describe(request), ETIMEDOUT, "the kernel gave no answer");
    }
    return datagram;
  }

  private static boolean isLast(NetlinkRequest request, NetlinkMessage answer, Consumer<NetlinkMessage> visitor) {
    if (answer.type() == NetlinkMessage.ERROR) {
      int errno = -answer.payload().getInt(0);
      if (errno != 0) {
        throw new BpfException("ask", describe(request), errno);
      }
      return true;
    }
    if (answer.type() == NetlinkMessage.DONE) {
      return true;
    }
    visitor.accept(answer);
    return !request.isDump() && !request.isAcknowledged();
  }

  private static String describe(NetlinkRequest request) {
    return "rtnetlink (message type " + request.type() + ")";
  }

  /**
   * Waits for events.
   *
   * @return their messages; empty when none came in time
   * @throws NetlinkOverrunException when events were lost: read everything anew
   */
  public List<NetlinkMessage> receive() {
    ByteBuffer datagram = receiveDatagram();
    return datagram == null ? List.of() : NetlinkMessage.split(datagram);
  }

  private ByteBuffer receiveDatagram() {
    while (true) {
      long received = libc.recv(fd.get(), Native.address(in), DATAGRAM_BYTES, 0);
      if (received >= 0) {
        return in.clear().limit((int) received);
      }
      int errno = LibSocket.lastErrno();
      if (errno == ENOBUFS) {
        throw new NetlinkOverrunException();
      } else if (errno == Errno.EAGAIN) {
        return null;
      } else if (errno != Errno.EINTR) {
        throw new BpfException("receive from", "netlink socket", errno);
      }
    }
  }

  @Override
  public void close() {
    fd.close();
  }

  private static void check(int result, String operation) {
    if (result < 0) {
      throw new BpfException(operation, "netlink socket", LibSocket.lastErrno());
    }
  }
}
