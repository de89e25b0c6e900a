// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Turns words into settings. Every refusal is a {@link UsageException} that names the option. */
final class SettingsParser {
  static final int DEFAULT_TUN_PORT = 6080;
  static final int MAX_ADDRESSES = 1024;

  /** What the kernel accepts (dev_valid_name) less what our own keys use. */
  private static final Pattern DEVICE = Pattern.compile("[^\\s/:]{1,15}");

  private static final int LEAST_MSS = 536;
  private static final int MOST_MSS = 65495;

  private SettingsParser() {}

  /** Words as the command line has them; null when not given. */
  record Words(
      String vips,
      String method,
      String device,
      String directors,
      String mss,
      String tunnels,
      String tunPort,
      String replyDevices,
      String cgroup) {}

  /**
   * @param defaultCgroup root of the cgroup2 hierarchy, asked for only when needed
   */
  static Settings parse(Words words, Supplier<Path> defaultCgroup) {
    Method method = method(words.method());
    requireFor(method, words);
    // Values that a method does not use are read all the same: a wrong one is never passed over.
    List<InetAddress> vips = list("--vip", words.vips(), SettingsParser::vip);
    List<Prefix> directors = list("--director", words.directors(), SettingsParser::director);
    String device = words.device() == null ? "" : device("--interface", words.device());
    boolean tun = method == Method.TUN;
    return new Settings(
        method,
        method.ownsVip() ? vips : List.of(),
        method == Method.DR ? List.of() : directors,
        method.ownsVip() ? device : "",
        list("--reply-interface", words.replyDevices(), SettingsParser::device),
        tun ? tunnels(words.tunnels()) : Set.of(),
        tun ? tunPort(words.tunPort()) : 0,
        tun && words.mss() != null ? Literals.number("--mss", words.mss(), words.mss(), LEAST_MSS, MOST_MSS, "MSS") : 0,
        method == Method.FULLNAT ? cgroup(words.cgroup(), defaultCgroup) : null);
  }

  private static Method method(String word) {
    if (word == null) {
      throw new UsageException("--method is missing: add --method dr, tun or fullnat, as the director forwards to this server");
    }
    if (word.equals("nat")) {
      throw new UsageException(
          "--method", word, "needs nothing set up here: route this server's replies through the director instead");
    }
    for (Method method : Method.values()) {
      if (method.word().equals(word)) {
        return method;
      }
    }
    throw new UsageException("--method", word, "is not a forwarding method: write dr, tun or fullnat");
  }

  private static void requireFor(Method method, Words words) {
    String with = " is missing: --method " + method.word() + " needs ";
    if (method.ownsVip() && words.vips() == null) {
      throw new UsageException("--vip" + with + "the virtual address, for example --vip 10.0.0.100");
    }
    if (method.ownsVip() && words.device() == null) {
      throw new UsageException("--interface" + with + "the interface towards the director, for example --interface eth0");
    }
    if (method == Method.TUN && words.directors() == null) {
      throw new UsageException("--director" + with + "the addresses that the tunnel's packets come from, for example --director 10.1.0.1");
    }
    if (method == Method.FULLNAT && words.directors() == null) {
      throw new UsageException("--director" + with + "the director's local addresses, for example --director 10.1.0.0/24");
    }
    refuse(method != Method.TUN, "--mss", words.mss(), "tun");
    refuse(method != Method.TUN, "--tun-type", words.tunnels(), "tun");
    refuse(method != Method.TUN, "--tun-port", words.tunPort(), "tun");
    refuse(method != Method.TUN, "--reply-interface", words.replyDevices(), "tun");
    refuse(method != Method.FULLNAT, "--cgroup", words.cgroup(), "fullnat");
  }

  private static void refuse(boolean refused, String field, String value, String belongsTo) {
    if (refused && value != null) {
      throw new UsageException(field, value, "belongs to --method " + belongsTo + ": leave it out");
    }
  }

  private static <T> List<T> list(String field, String text, BiFunction<String, String, T> item) {
    Set<T> items = new LinkedHashSet<>();
    if (text == null) {
      return List.of();
    }
    for (String word : text.split(",", -1)) {
      if (!items.add(item.apply(field, word.strip()))) {
        throw new UsageException(field, word, "is given twice: leave one out");
      }
    }
    if (items.size() > MAX_ADDRESSES) {
      throw new UsageException(field, items.size() + " values", "are too many: at most " + MAX_ADDRESSES);
    }
    return new ArrayList<>(items);
  }

  private static InetAddress vip(String field, String word) {
    InetAddress vip = Literals.address(field, word);
    if (vip.isAnyLocalAddress() || vip.isLoopbackAddress() || vip.isMulticastAddress() || vip.isLinkLocalAddress()) {
      throw new UsageException(field, word, "cannot be a virtual address: write the unicast address that clients connect to");
    }
    return vip;
  }

  private static Prefix director(String field, String word) {
    Prefix director = Literals.prefix(field, word);
    if (director.length() == 0) {
      throw new UsageException(field, word, "would let everybody in: name the directors' addresses or a narrower prefix");
    }
    if (director.address().isMulticastAddress()) {
      throw new UsageException(field, word, "is a multicast address: write a director's unicast address");
    }
    return director;
  }

  private static String device(String field, String word) {
    if (!DEVICE.matcher(word).matches()) {
      throw new UsageException(field, word, "is not the name of an interface: write one that 'ip link' lists");
    }
    return word;
  }

  private static Set<Tunnel> tunnels(String text) {
    return text == null ? EnumSet.allOf(Tunnel.class) : EnumSet.copyOf(list("--tun-type", text, SettingsParser::tunnel));
  }

  private static Tunnel tunnel(String field, String word) {
    for (Tunnel tunnel : Tunnel.values()) {
      if (tunnel.word().equals(word)) {
        return tunnel;
      }
    }
    throw new UsageException(field, word, "is not a tunnel type: write ipip, gre, gue or several with commas");
  }

  private static int tunPort(String word) {
    return word == null ? DEFAULT_TUN_PORT : Literals.number("--tun-port", word, word, 1, 65535, "port");
  }

  private static Path cgroup(String word, Supplier<Path> defaultCgroup) {
    return word == null ? defaultCgroup.get() : Path.of(word).toAbsolutePath().normalize();
  }
}
