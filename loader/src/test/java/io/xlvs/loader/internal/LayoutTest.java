// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.loader.testing.Commands;
import io.xlvs.loader.testing.TestObjects;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LayoutTest {
  @Test
  void everySizeAndOffsetIsTheOneThatTheCompilerSees() throws IllegalAccessException {
    Map<String, Integer> expected = new TreeMap<>();
    Commands.run(TestObjects.layoutPrinter().toString()).lines()
        .map(line -> line.split(" "))
        .forEach(parts -> expected.put(parts[0], Integer.valueOf(parts[1])));

    Map<String, Integer> actual = new TreeMap<>();
    for (Field field : Layout.class.getFields()) {
      assertThat(Modifier.isStatic(field.getModifiers())).isTrue();
      actual.put(field.getName(), field.getInt(null));
    }
    assertThat(actual).isEqualTo(expected);
  }
}
