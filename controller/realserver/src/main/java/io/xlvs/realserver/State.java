// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What an instance has set up, or was about to when it was interrupted.
 *
 * @param name of the instance
 * @param networkNamespace inode of the namespace it lives in
 * @param ifindex of the settings' interface, 0 without one
 * @param mac of that interface, empty without one: with the ifindex it tells a namespace from a later one with the same inode
 * @param complete whether everything was done
 * @param changes in the order in which they are made
 */
record State(
    String name, long networkNamespace, int ifindex, String mac, boolean complete, Settings settings, List<Change> changes) {
  private static final String VERSION = "1";
  private static final String SEPARATOR = "\t";

  State {
    changes = List.copyOf(changes);
  }

  State completed() {
    return new State(name, networkNamespace, ifindex, mac, true, settings, changes);
  }

  State withChanges(List<Change> newChanges) {
    return new State(name, networkNamespace, ifindex, mac, complete, settings, newChanges);
  }

  Properties toProperties() {
    Properties properties = new Properties();
    properties.setProperty("version", VERSION);
    properties.setProperty("networkNamespace", Long.toString(networkNamespace));
    properties.setProperty("ifindex", Integer.toString(ifindex));
    properties.setProperty("mac", mac);
    properties.setProperty("complete", Boolean.toString(complete));
    properties.setProperty("method", settings.method().name());
    properties.setProperty("vips", join(settings.vips(), Literals::text));
    properties.setProperty("directors", join(settings.directors(), Prefix::toString));
    properties.setProperty("interface", settings.device());
    properties.setProperty("replyInterfaces", join(settings.replyDevices(), Function.identity()));
    properties.setProperty("tunnels", settings.tunnels().stream().sorted().map(Tunnel::name).collect(Collectors.joining(",")));
    properties.setProperty("tunPort", Integer.toString(settings.tunPort()));
    properties.setProperty("mss", Integer.toString(settings.mss()));
    properties.setProperty("cgroup", settings.cgroup() == null ? "" : settings.cgroup().toString());
    for (int i = 0; i < changes.size(); i++) {
      Change change = changes.get(i);
      properties.setProperty(
          "change." + i, String.join(SEPARATOR, change.kind().name(), change.key(), change.before(), change.after()));
    }
    return properties;
  }

  /** The reverse of {@link #toProperties}; {@link IllegalArgumentException} says what is missing or wrong. */
  static State of(String name, Properties properties) {
    if (!VERSION.equals(properties.getProperty("version"))) {
      throw new IllegalArgumentException("version is " + properties.getProperty("version") + ", not " + VERSION);
    }
    String cgroup = required(properties, "cgroup");
    Set<Tunnel> tunnels = EnumSet.noneOf(Tunnel.class);
    split(properties, "tunnels", Tunnel::valueOf).forEach(tunnels::add);
    List<InetAddress> vips = split(properties, "vips", word -> Literals.address("vips", word));
    Settings settings =
        new Settings(
            Method.valueOf(required(properties, "method")),
            vips,
            split(properties, "directors", word -> Literals.prefix("directors", word)),
            required(properties, "interface"),
            split(properties, "replyInterfaces", Function.identity()),
            tunnels,
            Integer.parseInt(required(properties, "tunPort")),
            Integer.parseInt(required(properties, "mss")),
            cgroup.isEmpty() ? null : Path.of(cgroup));
    return new State(
        name,
        Long.parseLong(required(properties, "networkNamespace")),
        Integer.parseInt(required(properties, "ifindex")),
        required(properties, "mac"),
        Boolean.parseBoolean(required(properties, "complete")),
        settings,
        changes(properties));
  }

  private static List<Change> changes(Properties properties) {
    List<Change> changes = new ArrayList<>();
    String line;
    while ((line = properties.getProperty("change." + changes.size())) != null) {
      String[] words = line.split(SEPARATOR, -1);
      if (words.length != 4) {
        throw new IllegalArgumentException("change." + changes.size() + " has " + words.length + " words, not 4");
      }
      changes.add(new Change(Kind.valueOf(words[0]), words[1], words[2], words[3]));
    }
    return changes;
  }

  private static <T> String join(List<T> items, Function<T, String> text) {
    return items.stream().map(text).collect(Collectors.joining(","));
  }

  private static <T> List<T> split(Properties properties, String key, Function<String, T> item) {
    String text = required(properties, key);
    return text.isEmpty() ? List.of() : Arrays.stream(text.split(",")).map(item).toList();
  }

  private static String required(Properties properties, String key) {
    String value = properties.getProperty(key);
    if (value == null) {
      throw new IllegalArgumentException(key + " is missing");
    }
    return value;
  }
}
