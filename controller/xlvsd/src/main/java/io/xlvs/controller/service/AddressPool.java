// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.service;

/**
 * Makes equal addresses one object where they are read one after the other: the same real servers in ten thousand services. Remembers the last
 * address for each of some places only. One thread at a time.
 */
public final class AddressPool {
  private static final int PLACES = 1 << 14;

  /** Null until the first one is asked for. */
  private IpAddress[] last;

  /** This address, or the one before that equals it. */
  public IpAddress shared(IpAddress address) {
    if (last == null) {
      last = new IpAddress[PLACES];
    }
    int place = address.hashCode() & PLACES - 1;
    if (address.equals(last[place])) {
      return last[place];
    }
    last[place] = address;
    return address;
  }
}
