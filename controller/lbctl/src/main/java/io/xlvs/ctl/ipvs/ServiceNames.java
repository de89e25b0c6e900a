// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Port names of a file in the format of services(5): {@code name port/protocol alias... # comment}. Read at first use; a
 * host without the file knows no names. The first entry of a name or port wins, as in getservbyname(3).
 */
final class ServiceNames {
  private final Path file;
  private Map<String, Integer> ports;
  private Map<String, String> names;

  ServiceNames(Path file) {
    this.file = file;
  }

  OptionalInt port(String name, String protocol) {
    load();
    Integer port = ports.get(name + "/" + protocol);
    return port == null ? OptionalInt.empty() : OptionalInt.of(port);
  }

  Optional<String> name(int port, String protocol) {
    load();
    return Optional.ofNullable(names.get(port + "/" + protocol));
  }

  private void load() {
    if (ports != null) {
      return;
    }
    ports = new HashMap<>();
    names = new HashMap<>();
    if (!Files.exists(file)) {
      return;
    }
    try {
      // Latin-1 takes any byte: comments may be in any encoding, names are ASCII.
      List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
      lines.forEach(this::entry);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private void entry(String line) {
    int comment = line.indexOf('#');
    String[] words = (comment < 0 ? line : line.substring(0, comment)).trim().split("\\s+");
    if (words.length < 2) {
      return;
    }
    int slash = words[1].indexOf('/');
    if (slash < 1 || !words[1].substring(0, slash).matches("\\d{1,5}")) {
      return;
    }
    int port = Integer.parseInt(words[1].substring(0, slash));
    String protocol = words[1].substring(slash);
    names.putIfAbsent(port + protocol, words[0]);
    ports.putIfAbsent(words[0] + protocol, port);
    for (int i = 2; i < words.length; i++) {
      ports.putIfAbsent(words[i] + protocol, port);
    }
  }
}
