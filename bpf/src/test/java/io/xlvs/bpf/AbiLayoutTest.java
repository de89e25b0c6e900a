// SPDX-License-Identifier: Apache-2.0
package io.xlvs.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.xlvs.loader.btf.Btf;
import io.xlvs.loader.map.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The C header, the compiled object and the Java mirror say the same. Needs no root. */
class AbiLayoutTest {
  private static final Pattern NUMERIC_MACRO = Pattern.compile("#define\\s+(XLVS_\\w+)\\s+(0x[0-9a-fA-F]+|\\d+)U?L*\\b.*");
  @Test
  void builtObjectHasTheStructsAndEnumsOfJavaAndNoOthers() throws IOException {
    assertThat(AbiCheck.differences(Btf.parse(object()))).isEmpty();
  }

  @Test
  void headersMacrosAreJavasConstants() throws IOException {
    Map<String, Long> macros = new HashMap<>();
    for (Path header : headers()) {
      for (String line : Files.readAllLines(header)) {
        Matcher macro = NUMERIC_MACRO.matcher(line);
        if (macro.matches()) {
          macros.put(macro.group(1), Long.decode(macro.group(2)));
        }
      }
    }
    assertThat(macros).isEqualTo(Abi.MACROS);
  }

  @Test
  void everyCodecKeepsEveryBitOfItsMembersAndZeroesPadding() throws ReflectiveOperationException {
    Random random = new Random(42);
    int records = 0;
    for (StructLayout layout : Abi.STRUCTS) {
      Class<?> type = Class.forName("io.xlvs.bpf." + camelCase(layout.name().substring("xlvs_".length())));
      if (type.isRecord() && type != Region.class && type != Place.class) {
        records++;
        for (int i = 0; i < 200; i++) {
          roundTrip((Codec<?>) type.getField("CODEC").get(null), randomRecord(type, layout, random));
        }
      }
    }
    assertThat(records).isEqualTo(24);
  }

  private static <T> void roundTrip(Codec<T> codec, Object record) {
    @SuppressWarnings("unchecked")
    T value = (T) record;
    ByteBuffer overOnes = buffer(codec);
    Arrays.fill(overOnes.array(), (byte) 0xff);
    ByteBuffer overZeros = buffer(codec);
    codec.encode(value, overOnes);
    codec.encode(value, overZeros);
    assertThat(overOnes.position()).isEqualTo(codec.sizeBytes());
    assertThat(overOnes.array()).as("%s: bytes left as the buffer had them", value).isEqualTo(overZeros.array());
    assertThat(codec.decode(overOnes.rewind())).isEqualTo(value);
  }

  /** Components follow the members in order, padding left out. */
  private static Object randomRecord(Class<?> type, StructLayout layout, Random random)
      throws ReflectiveOperationException {
    List<StructLayout.Field> members = layout.fields().stream().filter(f -> !f.name().startsWith("pad")).toList();
    RecordComponent[] components = type.getRecordComponents();
    assertThat(components).as("%s against %s", type, members).hasSameSizeAs(members);
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = randomValue(types[i], members.get(i).size(), random);
    }
    return type.getConstructor(types).newInstance(values);
  }

  private static Object randomValue(Class<?> type, int bytes, Random random) {
    long bits = bytes >= 8 ? random.nextLong() : random.nextLong() & (1L << 8 * bytes) - 1;
    if (type == int.class) {
      return (int) bits;
    } else if (type == long.class) {
      return bits;
    } else if (type == WireAddress.class) {
      return new WireAddress(random.nextLong(), random.nextLong());
    } else if (type == MacAddress.class) {
      return new MacAddress(bits);
    } else if (type == Tuple.class) {
      return new Tuple(new WireAddress(random.nextLong(), random.nextLong()), new WireAddress(random.nextLong(), random.nextLong()),
          random.nextInt(1 << 16), random.nextInt(1 << 16), random.nextInt(256), Family.IPV6);
    } else if (type == String.class) {
      return random.ints(random.nextInt(bytes), 1, 256).collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
          .toString();
    } else if (type == Region.class) {
      return Region.of(bits);
    } else if (type == Optional.class) {
      return random.nextBoolean() ? Optional.of(Family.IPV6) : Optional.empty();
    }
    Object[] constants = type.getEnumConstants();
    return constants[random.nextInt(constants.length)];
  }

  private static String camelCase(String name) {
    return Pattern.compile("(?:^|_)([a-z])").matcher(name).replaceAll(m -> m.group(1).toUpperCase(Locale.ROOT));
  }

  private static List<Path> headers() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/c/include"))) {
      return files.toList();
    }
  }

  private static ByteBuffer buffer(Codec<?> codec) {
    return ByteBuffer.allocate(codec.sizeBytes()).order(ByteOrder.nativeOrder());
  }

  private static byte[] object() throws IOException {
    try (InputStream in = AbiLayoutTest.class.getResourceAsStream("xlvs.bpf.o")) {
      assertThat(in).as("io/xlvs/bpf/xlvs.bpf.o is not on the class path: run 'make -C bpf' first").isNotNull();
      return in.readAllBytes();
    }
  }
}
