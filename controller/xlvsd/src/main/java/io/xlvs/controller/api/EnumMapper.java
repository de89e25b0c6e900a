// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.api;

import io.xlvs.controller.dataplane.ConnectionState;
import io.xlvs.controller.service.AddressFamily;
import io.xlvs.controller.service.ForwardingMethod;
import io.xlvs.controller.service.Protocol;
import io.xlvs.controller.service.TunnelChecksum;
import io.xlvs.controller.service.TunnelType;
import java.util.Optional;

/**
 * Enums of the API and of the model. Both sides have the same constant names behind a prefix; a test walks all of them. An unset value
 * is empty, an unknown number throws IllegalArgumentException.
 */
final class EnumMapper {
  private static final String PROTOCOL = "PROTOCOL_";
  private static final String FAMILY = "ADDRESS_FAMILY_";
  private static final String METHOD = "FORWARDING_METHOD_";
  private static final String TUNNEL = "TUNNEL_TYPE_";
  private static final String CHECKSUM = "TUNNEL_CHECKSUM_";
  private static final String STATE = "CONNECTION_STATE_";

  private EnumMapper() {}

  static Optional<Protocol> fromProto(io.xlvs.v1.Protocol value) {
    return find(Protocol.class, PROTOCOL, value);
  }

  static io.xlvs.v1.Protocol toProto(Protocol value) {
    return io.xlvs.v1.Protocol.valueOf(PROTOCOL + value.name());
  }

  static Optional<AddressFamily> fromProto(io.xlvs.v1.AddressFamily value) {
    return find(AddressFamily.class, FAMILY, value);
  }

  static io.xlvs.v1.AddressFamily toProto(AddressFamily value) {
    return io.xlvs.v1.AddressFamily.valueOf(FAMILY + value.name());
  }

  static Optional<ForwardingMethod> fromProto(io.xlvs.v1.ForwardingMethod value) {
    return find(ForwardingMethod.class, METHOD, value);
  }

  static io.xlvs.v1.ForwardingMethod toProto(ForwardingMethod value) {
    return io.xlvs.v1.ForwardingMethod.valueOf(METHOD + value.name());
  }

  static Optional<TunnelType> fromProto(io.xlvs.v1.TunnelType value) {
    return find(TunnelType.class, TUNNEL, value);
  }

  static io.xlvs.v1.TunnelType toProto(TunnelType value) {
    return io.xlvs.v1.TunnelType.valueOf(TUNNEL + value.name());
  }

  static Optional<TunnelChecksum> fromProto(io.xlvs.v1.TunnelChecksum value) {
    return find(TunnelChecksum.class, CHECKSUM, value);
  }

  static io.xlvs.v1.TunnelChecksum toProto(TunnelChecksum value) {
    return io.xlvs.v1.TunnelChecksum.valueOf(CHECKSUM + value.name());
  }

  static Optional<ConnectionState> fromProto(io.xlvs.v1.ConnectionState value) {
    return find(ConnectionState.class, STATE, value);
  }

  static io.xlvs.v1.ConnectionState toProto(ConnectionState value) {
    return io.xlvs.v1.ConnectionState.valueOf(STATE + value.name());
  }

  private static <E extends Enum<E>> Optional<E> find(Class<E> type, String prefix, Enum<?> value) {
    String name = value.name();
    if (name.equals(prefix + "UNSPECIFIED")) {
      return Optional.empty();
    }
    if (!name.startsWith(prefix)) {
      throw new IllegalArgumentException("the number is not one of " + prefix + "...: a client newer than this xlvsd sent it");
    }
    return Optional.of(Enum.valueOf(type, name.substring(prefix.length())));
  }
}
