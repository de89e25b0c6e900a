// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.net.InetAddress;

/** An address on an interface. */
record Assignment(String device, InetAddress address, int prefixLength) {}
