// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.link;

/**
 * XDP programs of an interface, by kernel id.
 *
 * @param nativeProgramId in the driver, 0 for none
 * @param genericProgramId in the stack, 0 for none
 */
public record XdpStatus(int nativeProgramId, int genericProgramId) {
  /** Whether any program is attached. */
  public boolean attached() {
    return nativeProgramId != 0 || genericProgramId != 0;
  }
}
