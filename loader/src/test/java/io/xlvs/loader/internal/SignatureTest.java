// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SignatureTest {
  /** jnr-ffi 2.3.4 on x86-64 hands garbage to the last of exactly six primitive arguments. */
  @Test
  void noFunctionHasExactlySixPrimitiveArguments() {
    assertThat(Stream.of(LibBpf.class, LibC.class, LibSocket.class).flatMap(type -> Arrays.stream(type.getMethods())))
        .isNotEmpty()
        .noneMatch(SignatureTest::hasSixPrimitives);
  }

  private static boolean hasSixPrimitives(Method method) {
    return method.getParameterCount() == 6 && Arrays.stream(method.getParameterTypes()).allMatch(Class::isPrimitive);
  }
}
