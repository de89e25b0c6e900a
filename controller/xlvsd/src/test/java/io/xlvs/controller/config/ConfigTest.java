// SPDX-License-Identifier: Apache-2.0
package io.xlvs.controller.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xlvs.controller.dataplane.AttachMode;
import io.xlvs.controller.dataplane.DataPlaneOptions;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigTest {
  private static final String FULL = """
      data-plane:
        interfaces: [eth0, eth1]
        attach-mode: tc
        bpffs: /sys/fs/bpf/xlvs
        connections: 2000000
        half-open: 5000
        services: 7
        servers: 8
        local-addresses: 9
        mark-entries: 10
        ring-entries: 5000
        flow-cache: 3
      store:
        state-dir: /srv/state
      api:
        socket: /srv/sock
        socket-mode: "0600"
      log:
        log-format: json
        log-level: debug
      """;

  private static DaemonConfig parse(String text) throws ConfigException {
    return ConfigFile.parse(text, "xlvsd.yaml");
  }

  @Test
  void everyKeyArrives() throws Exception {
    DaemonConfig config = parse(FULL);
    DataPlaneOptions options = config.dataPlane().toOptions();
    assertThat(options).isEqualTo(new DataPlaneOptions(List.of("eth0", "eth1"), AttachMode.TC, Path.of("/sys/fs/bpf/xlvs"),
        new DataPlaneOptions.Capacities(2_000_000, 5000, 7, 8, 9, 10, 5000, 3 << 20)));
    assertThat(config.store().directory()).isEqualTo(Path.of("/srv/state"));
    assertThat(config.api().socketPath()).isEqualTo(Path.of("/srv/sock"));
    assertThat(config.api().permissions()).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(config.log().json()).isTrue();
    assertThat(config.log().level()).isEqualTo("debug");
  }

  @Test
  void nothingGivenIsTheDefaults() throws Exception {
    DaemonConfig config = parse("");
    assertThat(config).isEqualTo(DaemonConfig.NONE);
    assertThat(config.store().directory()).isEqualTo(Path.of("/var/lib/xlvs"));
    assertThat(config.api().permissions()).isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
    assertThat(config.log().json()).isFalse();
    assertThatThrownBy(() -> config.dataPlane().toOptions()).isInstanceOf(ConfigException.class).hasMessageContaining("--interface eth0");
    assertThat(parse("# only a comment\n")).isEqualTo(DaemonConfig.NONE);
    assertThat(parse("store:\n")).isEqualTo(DaemonConfig.NONE);
  }

  @Test
  void flagsOverrideTheFileKeyByKey() throws Exception {
    DaemonConfig flags = new DaemonConfig(
        new DataPlaneConfig(List.of("eth9"), null, null, 4096L, null, null, null, null, null, null, null, null), null, new ApiConfig("/x", null), null);
    DaemonConfig merged = flags.over(parse(FULL));
    assertThat(merged.dataPlane().interfaces()).containsExactly("eth9");
    assertThat(merged.dataPlane().connections()).isEqualTo(4096);
    assertThat(merged.dataPlane().attachMode()).isEqualTo("tc");
    assertThat(merged.api()).isEqualTo(new ApiConfig("/x", "0600"));
    assertThat(merged.log().logFormat()).isEqualTo("json");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "data-plane:\\n  interface: eth0 | line 2 | \"data-plane.interface\" is not known | interfaces",
    "data-plane:\\n  interfaces: [eth0]\\n  nosuch: 1\\n  attach-mode: tc\\n  flow-cache: 7 | line 3 | \"data-plane.nosuch\" is not known | interfaces",
    "store:\\n  state-dir: /x\\nnosuch: {}\\nlog:\\n  log-level: info | line 3 | \"nosuch\" is not known | data-plane",
    "api:\\n\\n  socket-mode: [660] | line 3 | \"api.socket-mode\" | a text would",
    "store:\\n\tstate-dir: a | line 2 | not YAML | cannot start any token",
    "unknown: 1 | line 1 | \"unknown\" is not known | data-plane",
    "data-plane:\\n  connections: many | line 2 | \"data-plane.connections\" | a number",
    "data-plane:\\n  interfaces: eth0 | line 2 | \"data-plane.interfaces\" | a list",
    "store: 7 | line 1 | \"store\" | a section of keys",
    "store:\\n  state-dir: a\\n  state-dir: b | line 3 | state-dir | not YAML",
    "store: [ | line | not YAML | xlvsd.yaml"
  })
  void aWrongFileIsToldByLineKeyAndRemedy(String text, String first, String second, String third) {
    assertThatThrownBy(() -> parse(text.replace("\\n", "\n")))
        .isInstanceOf(ConfigException.class).hasMessageContaining("configuration file xlvsd.yaml")
        .hasMessageContaining(first).hasMessageContaining(second).hasMessageContaining(third)
        .message().doesNotContain("\n");
  }

  @Test
  void aFileThatCannotBeReadIsNamedWithTheReason() {
    assertThatThrownBy(() -> ConfigFile.read(Path.of("/nosuch/xlvsd.yaml")))
        .hasMessage("configuration file /nosuch/xlvsd.yaml cannot be read: no such file or directory");
    assertThatThrownBy(() -> ConfigFile.read(Path.of("/proc"))).hasMessage("configuration file /proc cannot be read: Is a directory");
  }

  @Test
  void theDocumentedFileHasEveryKeyWithItsDefault() throws Exception {
    DaemonConfig documented = ConfigFile.read(Path.of("../../docs/xlvsd.yaml"));
    for (Record section : List.of(documented.dataPlane(), documented.store(), documented.api(), documented.log())) {
      for (RecordComponent key : section.getClass().getRecordComponents()) {
        assertThat(key.getAccessor().invoke(section)).as(key.getName()).isNotNull();
      }
    }
    assertThat(documented.dataPlane().toOptions()).isEqualTo(dataPlane(List.of("eth0"), null, null).toOptions());
    assertThat(documented.store().directory()).isEqualTo(StoreConfig.NONE.directory());
    assertThat(documented.api().socketPath()).isEqualTo(ApiConfig.NONE.socketPath());
    assertThat(documented.api().permissions()).isEqualTo(ApiConfig.NONE.permissions());
    assertThat(documented.log().json()).isEqualTo(LogConfig.NONE.json());
    assertThat(documented.log().level()).isEqualTo(LogConfig.NONE.level());
  }

  private static DataPlaneConfig dataPlane(List<String> interfaces, String mode, Long connections) {
    return new DataPlaneConfig(interfaces, mode, null, connections, null, null, null, null, null, null, null, null);
  }

  @Test
  void valuesOutOfRangeAreToldByKeyAndRange() {
    assertThatThrownBy(() -> dataPlane(List.of("eth0"), null, 5L).toOptions()).hasMessage(
        "connections 5 is out of range: 1024..268435456 would be right");
    assertThatThrownBy(() -> dataPlane(List.of("eth0"), "xdp", null).toOptions()).hasMessageContaining("auto, native, tc or generic");
    assertThatThrownBy(() -> dataPlane(List.of("eth0", "eth0"), null, null).toOptions()).hasMessageContaining("eth0 is given twice");
    assertThatThrownBy(() -> dataPlane(List.of(" "), null, null).toOptions()).hasMessageContaining("is empty");
    assertThatThrownBy(() -> new ApiConfig(null, "0888").permissions()).hasMessageContaining("0888").hasMessageContaining("0660");
    assertThatThrownBy(() -> new LogConfig("xml", null).json()).hasMessageContaining("text, json");
    assertThatThrownBy(() -> new LogConfig(null, "loud").level()).hasMessageContaining("error, warn, info, debug");
  }
}
