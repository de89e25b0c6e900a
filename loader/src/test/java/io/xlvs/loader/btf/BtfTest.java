// SPDX-License-Identifier: Apache-2.0
package io.xlvs.loader.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.xlvs.loader.testing.TestObjects;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BtfTest {
  private final Btf btf = parse();

  private static Btf parse() {
    try {
      return Btf.parse(TestObjects.path("types"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void structsHaveSizesAndMemberOffsets() {
    BtfType.Struct outer = btf.struct("outer").orElseThrow();

    assertThat(outer.sizeBytes()).isEqualTo(64);
    assertThat(outer.members()).extracting(BtfType.Member::name)
        .containsExactly("id", "hops", "", "nested", "colour", "low", "high", "pointer");
    assertThat(outer.members()).extracting(BtfType.Member::bitOffset)
        .containsExactly(0, 32, 128, 256, 384, 416, 419, 448);
    assertThat(outer.members().get(5).bitfieldBits()).isEqualTo(3);
  }

  @Test
  void fieldsFlattenNestedStructsAndAnonymousUnions() {
    List<Btf.Field> fields = btf.fields(btf.struct("outer").orElseThrow());

    assertThat(fields).extracting(Btf.Field::path)
        .containsExactly("id", "hops", "v4", "v6", "nested.kind", "nested.stamp", "colour", "low", "high", "pointer");
    assertThat(fields).extracting(Btf.Field::sizeBits).containsExactly(32, 96, 32, 128, 8, 64, 32, 3, 5, 64);
    assertThat(fields.get(5).bitOffset()).isEqualTo(8 * 40);
  }

  @Test
  void typedefsResolveToWhatTheyName() {
    BtfType.Member hops = btf.struct("outer").orElseThrow().members().get(1);
    BtfType.Array array = (BtfType.Array) btf.resolve(hops.typeId());

    assertThat(array.length()).isEqualTo(3);
    assertThat(btf.type(array.elementId()).name()).isEqualTo("address_t");
    assertThat(btf.resolve(array.elementId())).isEqualTo(new BtfType.Int("unsigned int", 4, false, false));
  }

  @Test
  void enumsKeepSignAndWidth() {
    assertThat(btf.enumeration("colour").orElseThrow().values())
        .containsExactly(
            new BtfType.Enumerator("RED", 0), new BtfType.Enumerator("GREEN", 5), new BtfType.Enumerator("BLUE", -1));
    assertThat(btf.enumeration("wide").orElseThrow().values())
        .containsExactly(new BtfType.Enumerator("LARGE", 0x100000000L));
    assertThat(btf.enumeration("wide").orElseThrow().sizeBytes()).isEqualTo(8);
  }

  @Test
  void dataSectionsPlaceVariablesWhereTheSymbolTableSays() throws IOException {
    Btf vars = Btf.parse(TestObjects.path("vars"));
    BtfType.DataSection bss = vars.dataSection(".bss").orElseThrow();

    assertThat(bss.variables()).extracting(p -> vars.type(p.variableId()).name()).containsExactlyInAnyOrder("calls", "table");
    assertThat(bss.variables()).extracting(BtfType.Placement::offsetBytes).containsExactlyInAnyOrder(0, 8);
  }

  @Test
  void refusesWhatIsNoObjectWithBtf() throws IOException {
    assertThatIllegalArgumentException().isThrownBy(() -> Btf.parse(new byte[100])).withMessage("not an ELF file");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Btf.parse(Files.readAllBytes(TestObjects.layoutPrinter())))
        .withMessageContaining("not 247 (BPF)");
    byte[] object = Files.readAllBytes(TestObjects.path("types"));
    assertThatIllegalArgumentException().isThrownBy(() -> Btf.parse(Arrays.copyOf(object, 200)));
  }
}
