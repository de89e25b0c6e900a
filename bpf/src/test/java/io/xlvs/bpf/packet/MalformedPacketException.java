// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf.packet;

/** A packet whose headers contradict each other or its length; the message says which. */
final class MalformedPacketException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedPacketException(String message) {
    super(message);
  }
}
