// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab.conformance;

import io.xlvs.lab.LabException;
import io.xlvs.lab.Namespace;
import io.xlvs.loader.net.NetNs;
import io.xlvs.loader.net.PacketSocket;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A host that sends what it is told to and answers nothing: addresses that no kernel has, behind a host's interface. The director knows
 * them as permanent neighbours.
 */
final class SilentHost implements AutoCloseable {
  private static final String DEVICE = "eth0";
  private static final int MAC_BYTES = 6;
  private static final int ETHERNET_HEADER = 14;
  private static final int ETHERTYPE_IPV4 = 0x0800;
  private static final int ETHERTYPE_IPV6 = 0x86dd;
  private static final int DESTINATION_IPV4 = 16;
  private static final int DESTINATION_IPV6 = 24;

  private final String name;
  private final PacketSocket socket;
  private final byte[] mac;
  private final byte[] directorMac;
  private final List<byte[]> addresses;

  /**
   * Behind the interface of a host of the lab.
   *
   * @param addresses of the packets that are for it; the host's own are not its business
   */
  SilentHost(String name, Namespace host, byte[] directorMac, List<byte[]> addresses) {
    this.name = name;
    this.directorMac = directorMac;
    this.addresses = addresses;
    this.mac = mac(host, DEVICE);
    try (NetNs inside = NetNs.enter(host.path())) {
      socket = PacketSocket.open(DEVICE);
    }
  }

  static byte[] mac(Namespace host, String device) {
    try (NetNs inside = NetNs.enter(host.path())) {
      return NetworkInterface.getByName(device).getHardwareAddress();
    } catch (SocketException e) {
      throw new LabException("the MAC address of " + device + " in " + host.name() + " cannot be read: " + e.getMessage(), e);
    }
  }

  String name() {
    return name;
  }

  /** Its interface's, for the director. */
  String mac() {
    return HexFormat.ofDelimiter(":").formatHex(mac);
  }

  /** Sends an IP packet to the director. */
  void send(byte[] packet) {
    byte[] frame = Arrays.copyOf(directorMac, ETHERNET_HEADER + packet.length);
    System.arraycopy(mac, 0, frame, MAC_BYTES, MAC_BYTES);
    int type = packet[0] >> 4 == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
    frame[2 * MAC_BYTES] = (byte) (type >> 8);
    frame[2 * MAC_BYTES + 1] = (byte) type;
    System.arraycopy(packet, 0, frame, ETHERNET_HEADER, packet.length);
    socket.send(frame);
  }

  /** The next IP packet that came for it; empty when there is none at the moment. */
  Optional<byte[]> next() {
    for (Optional<byte[]> frame = socket.receive(); frame.isPresent(); frame = socket.receive()) {
      byte[] bytes = frame.get();
      if (Arrays.equals(bytes, 0, MAC_BYTES, mac, 0, MAC_BYTES) && addresses.stream().anyMatch(address -> isFor(address, bytes))) {
        return Optional.of(Arrays.copyOfRange(bytes, ETHERNET_HEADER, bytes.length));
      }
    }
    return Optional.empty();
  }

  private static boolean isFor(byte[] address, byte[] frame) {
    int type = (frame[2 * MAC_BYTES] & 0xff) << 8 | frame[2 * MAC_BYTES + 1] & 0xff;
    int at = ETHERNET_HEADER + (address.length == 4 ? DESTINATION_IPV4 : DESTINATION_IPV6);
    return type == (address.length == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6) && frame.length >= at + address.length
        && Arrays.equals(frame, at, at + address.length, address, 0, address.length);
  }

  @Override
  public void close() {
    socket.close();
  }
}
