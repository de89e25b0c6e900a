// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.dataplane;

import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.IpAddress;
import io.xlvs.controller.service.Protocol;
import java.util.Optional;

/**
 * One connection, or one persistence template.
 *
 * @param protocol empty in the template of a firewall mark, which is of every protocol
 * @param expiresInMillis until the entry is removed if no further packet comes
 * @param clientPort 0 in a persistence template
 * @param virtualAddress in the template of a firewall mark the mark, as the first word of an address: IPVS shows it so
 * @param localAddress FULLNAT only: the source that the real server sees
 * @param localPort 0 without a local address
 * @param template no connection, but where the client's next one goes
 * @param idleMillis since the data plane last looked at it
 * @param ageMillis since it was established; -1 in a handshake and in a template
 * @param callId of persistence engine sip: which call the template is for
 */
public record ConnectionEntry(
    Optional<Protocol> protocol,
    ConnectionState state,
    long expiresInMillis,
    IpAddress clientAddress,
    int clientPort,
    IpAddress virtualAddress,
    int virtualPort,
    IpAddress serverAddress,
    int serverPort,
    ForwardingMethod method,
    Optional<IpAddress> localAddress,
    int localPort,
    boolean template,
    long idleMillis,
    long ageMillis,
    Optional<String> callId) {}
