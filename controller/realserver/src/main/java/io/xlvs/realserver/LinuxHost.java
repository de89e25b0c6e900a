// SPDX-License-Identifier: Apache-2.0
package io.xlvs.realserver;

import io.xlvs.loader.link.TcHook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The host through iproute2, /proc and the loader. All of them look at the network namespace of the calling thread; /sys/class/net
 * would not, it belongs to its mount.
 */
final class LinuxHost implements Host {
  private static final Path SYSCTLS = Path.of("/proc/sys");
  private static final Path MOUNTS = Path.of("/proc/thread-self/mountinfo");
  private static final Path PROCESSES = Path.of("/proc");

  @Override
  public Optional<String> current(Kind kind, String key) {
    return switch (kind) {
      case SYSCTL -> readSysctl(key);
      case ADDRESS -> Optional.of(presence(isOnLoopback(key)));
      case QDISC -> device(key).map(device -> presence(hasClsact(key)));
      case FILTER -> {
        FilterKey filter = FilterKey.parse(key);
        yield device(filter.device()).map(device -> presence(isAttached(filter, device.index())));
      }
    };
  }

  @Override
  public void set(Kind kind, String key, String value) {
    boolean present = value.equals(Change.PRESENT);
    switch (kind) {
      case SYSCTL -> writeSysctl(key, value);
      case ADDRESS -> Commands.lines("ip", "address", present ? "add" : "delete", withLength(key), "dev", "lo");
      case QDISC -> setQdisc(key, present);
      case FILTER -> {
        if (present) {
          throw new IllegalArgumentException("a filter is attached with its program, not by its presence");
        }
        FilterKey filter = FilterKey.parse(key);
        device(filter.device()).ifPresent(device -> hook(filter, device.index()).detach(filter.identity()));
      }
    }
  }

  private static String presence(boolean present) {
    return present ? Change.PRESENT : Change.ABSENT;
  }

  private static Optional<String> readSysctl(String key) {
    Path path = SYSCTLS.resolve(key);
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(path).strip());
    } catch (IOException e) {
      throw new SetupException("cannot read " + path + ": " + e.getMessage(), e);
    }
  }

  private static void writeSysctl(String key, String value) {
    Path path = SYSCTLS.resolve(key);
    try {
      Files.writeString(path, value + "\n");
    } catch (IOException e) {
      throw new SetupException("cannot write " + value + " to " + path + ": " + e.getMessage(), e);
    }
  }

  private boolean isOnLoopback(String address) {
    return addresses().stream().anyMatch(a -> a.device().equals("lo") && Literals.text(a.address()).equals(address));
  }

  private static String withLength(String address) {
    return Literals.host(Literals.address("address", address));
  }

  private static boolean hasClsact(String device) {
    return Commands.lines("tc", "qdisc", "show", "dev", device).stream().anyMatch(line -> line.startsWith("qdisc clsact "));
  }

  private static void setQdisc(String device, boolean present) {
    if (present) {
      Commands.lines("tc", "qdisc", "add", "dev", device, "clsact");
      return;
    }
    // Somebody else may have begun to use the qdisc that we made.
    boolean used =
        !Commands.lines("tc", "filter", "show", "dev", device, "ingress").isEmpty()
            || !Commands.lines("tc", "filter", "show", "dev", device, "egress").isEmpty();
    if (!used) {
      Commands.lines("tc", "qdisc", "del", "dev", device, "clsact");
    }
  }

  private static TcHook hook(FilterKey filter, int ifindex) {
    return TcHook.of(ifindex, filter.direction());
  }

  private static boolean isAttached(FilterKey filter, int ifindex) {
    return hook(filter, ifindex).query(filter.identity()).isPresent();
  }

  @Override
  public Optional<Device> device(String name) {
    Commands.Result result = Commands.run("ip", "-o", "link", "show", "dev", name);
    return result.succeeded() ? Optional.of(IpOutput.device(name, result.output())) : Optional.empty();
  }

  @Override
  public List<Assignment> addresses() {
    List<Assignment> addresses = new ArrayList<>();
    Commands.lines("ip", "-o", "address", "show").forEach(line -> IpOutput.assignment(line).ifPresent(addresses::add));
    return addresses;
  }

  @Override
  public Set<String> defaultRouteDevices() {
    Set<String> devices = new TreeSet<>();
    for (String family : List.of("-4", "-6")) {
      Commands.lines("ip", family, "-o", "route", "show", "default")
          .forEach(line -> devices.addAll(IpOutput.wordsAfter(line, "dev")));
    }
    return devices;
  }

  @Override
  public long networkNamespace() {
    return namespace(Path.of("/proc/thread-self/ns/net"))
        .orElseThrow(() -> new SetupException("cannot read /proc/thread-self/ns/net: is /proc mounted?"));
  }

  @Override
  public boolean isNetworkNamespaceAlive(long inode) {
    try (Stream<String> mounts = Files.lines(MOUNTS);
        Stream<Path> processes = Files.list(PROCESSES)) {
      return mounts.anyMatch(line -> line.contains(" net:[" + inode + "] "))
          || processes
              .filter(process -> Character.isDigit(process.getFileName().toString().charAt(0)))
              .anyMatch(process -> namespace(process.resolve("ns/net")).filter(n -> n == inode).isPresent());
    } catch (IOException e) {
      throw new SetupException("cannot look for network namespaces in /proc: " + e.getMessage(), e);
    }
  }

  /** Inode of a namespace link, "net:[4026531840]"; empty when its process has ended meanwhile. */
  private static Optional<Long> namespace(Path link) {
    try {
      String target = Files.readSymbolicLink(link).toString();
      return Optional.of(Long.parseLong(target.substring(target.indexOf('[') + 1, target.indexOf(']'))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<String> missingTools() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.of("ip", "tc")
        .filter(tool -> Stream.of(path.split(":")).noneMatch(dir -> Files.isExecutable(Path.of(dir, tool))))
        .toList();
  }

  @Override
  public List<String> missingCapabilities(Method method) {
    return Capability.missing(method);
  }
}
