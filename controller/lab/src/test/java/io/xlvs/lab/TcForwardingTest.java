// SPDX-License-Identifier: Apache-2.0
package io.xlvs.lab;

import org.junit.jupiter.api.extension.RegisterExtension;

/** The same pipeline at tc, where frames are sk_buffs. */
class TcForwardingTest extends ForwardingCases {
  @RegisterExtension static final LabExtension LAB = new LabExtension(LabOptions.DEFAULT.attached("tc"));

  @Override
  LabExtension lab() {
    return LAB;
  }

  @Override
  String attachMode() {
    return "tc";
  }
}
