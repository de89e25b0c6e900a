// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.bpf.Abi;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.ServiceKey;
import java.util.List;

/**
 * Which connections are FTP's control connections: those to these ports of a VIP. The kernel's name for it is ip_vs_ftp's parameter
 * {@code ports}.
 *
 * @param ports 1 to 65535, each once, at most {@link #MOST}; none: FTP is like any other TCP
 */
public record FtpPorts(List<Integer> ports) {
  /** How many there may be, as many as ip_vs_ftp takes. */
  public static final int MOST = Abi.FTP_PORTS;

  /** FTP's own port. */
  public static final FtpPorts DEFAULT = new FtpPorts(List.of(21));

  public FtpPorts {
    ports = List.copyOf(ports);
    if (ports.size() > MOST || ports.stream().distinct().count() != ports.size()
        || ports.stream().anyMatch(port -> port < 1 || port > 65535)) {
      throw new IllegalArgumentException("FTP ports " + ports + ": at most " + MOST + " from 1 to 65535, each once");
    }
  }

  /** Whether a service has the port of its own: its VIP's other ports may be those of data connections. */
  boolean areOf(ServiceKey key) {
    return key instanceof ServiceKey.Endpoint endpoint && endpoint.protocol() == Protocol.TCP && ports.contains(endpoint.port());
  }

  /** Whether a service may get control connections: those of a mark and of port 0 may as well. */
  boolean mayReach(ServiceKey key) {
    return areOf(key) || !ports.isEmpty()
        && (!(key instanceof ServiceKey.Endpoint endpoint) || endpoint.protocol() == Protocol.TCP && endpoint.port() == 0);
  }
}
