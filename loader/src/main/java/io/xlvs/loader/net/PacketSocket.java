// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.net;

import io.xlvs.loader.BpfException;
import io.xlvs.loader.internal.Errno;
import io.xlvs.loader.internal.Fd;
import io.xlvs.loader.internal.LibSocket;
import io.xlvs.loader.internal.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Ethernet frames as they are: packet(7). Of the namespace of the thread that opens it; one thread at a time. It sees what the interface
 * receives, whoever it is addressed to, and nothing of what it sends.
 */
public final class PacketSocket implements AutoCloseable {
  private static final int AF_PACKET = 17;
  private static final int SOCK_RAW_CLOEXEC = 3 | 02000000;
  private static final short ETH_P_ALL = 3;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_IGNORE_OUTGOING = 23;
  private static final int SOCKADDR_LL_BYTES = 20;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int FRAME_BYTES = 64 << 10;

  private final Fd fd;
  private final String device;
  private final LibSocket libc = LibSocket.INSTANCE;
  private final ByteBuffer frame = Native.allocate(FRAME_BYTES);

  private PacketSocket(Fd fd, String device) {
    this.fd = fd;
    this.device = device;
  }

  /** Opens one on an interface; needs CAP_NET_RAW. */
  public static PacketSocket open(String device) {
    int index = NetDevices.indexOf(device);
    int descriptor = LibSocket.INSTANCE.socket(AF_PACKET, SOCK_RAW_CLOEXEC, 0);
    check(descriptor, "open", device);
    PacketSocket socket = new PacketSocket(new Fd(descriptor, "packet socket of " + device), device);
    try {
      socket.configure(index);
      return socket;
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private void configure(int index) {
    ByteBuffer value = Native.allocate(SOCKADDR_LL_BYTES);
    long address = Native.address(value);
    value.putInt(0, 1);
    check(libc.setsockopt(fd.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, address, Integer.BYTES), "configure", device);
    // struct sockaddr_ll: family, protocol in network order, interface; the rest says nothing to bind()
    value.putShort(0, (short) AF_PACKET).order(ByteOrder.BIG_ENDIAN).putShort(2, ETH_P_ALL).order(ByteOrder.nativeOrder()).putInt(4, index);
    check(libc.bind(fd.get(), address, SOCKADDR_LL_BYTES), "bind", device);
  }

  /** Sends a frame, from its destination's MAC address on. */
  public void send(byte[] bytes) {
    frame.clear().put(bytes);
    check((int) libc.send(fd.get(), Native.address(frame), bytes.length, 0), "send through", device);
  }

  /** The next frame that came; empty when there is none at the moment. */
  public Optional<byte[]> receive() {
    while (true) {
      int received = (int) libc.recv(fd.get(), Native.address(frame), FRAME_BYTES, MSG_DONTWAIT);
      if (received >= 0) {
        byte[] bytes = new byte[received];
        frame.clear().get(bytes);
        return Optional.of(bytes);
      }
      int errno = LibSocket.lastErrno();
      if (errno == Errno.EAGAIN) {
        return Optional.empty();
      }
      if (errno != Errno.EINTR) {
        throw new BpfException("receive from", "packet socket of " + device, errno);
      }
    }
  }

  @Override
  public void close() {
    fd.close();
  }

  private static void check(int result, String operation, String device) {
    if (result < 0) {
      throw new BpfException(operation, "packet socket of " + device, LibSocket.lastErrno());
    }
  }
}
