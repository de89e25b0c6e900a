// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

import io.xlvs.ctl.Failure;
import io.xlvs.ctl.PortList;
import io.xlvs.v1.ForwardingMethod;
import io.xlvs.v1.Protocol;
import io.xlvs.v1.TunnelChecksum;
import java.net.InetAddress;
import java.util.List;
import java.util.OptionalInt;

/**
 * Parses one command line of ipvsadm's grammar. Texts, order of checks and exit statuses are ipvsadm 1.31's; the detail
 * after the text is ours.
 */
final class RuleParser {
  /** ipvsadm's longest time-out: 31 days. */
  static final int MAX_TIMEOUT_SECONDS = 31 * 86400;

  private static final int DEFAULT_PERSISTENCE_SECONDS = 360;
  private static final String BAD_VIRTUAL = "illegal virtual server address[:port] specified";
  private static final String BAD_REAL = "illegal real server address[:port] specified";

  private final Names names;
  private final Rule rule = new Rule();
  private String server;
  private String netmask;
  private String schedulerFlags;
  /** The option that is being read. */
  private Word word;
  private String value;

  private RuleParser(Names names) {
    this.names = names;
  }

  /**
   * Parses a command line.
   *
   * @param names where names are looked up
   * @param arguments the words after the program's name; the first option must be a command
   * @return the rule; its command is null for --help and --version, which have no options
   */
  static Rule parse(Names names, List<String> arguments) {
    return new RuleParser(names).parse(new Popt(arguments));
  }

  private Rule parse(Popt popt) {
    Popt.Found first = command(popt);
    if (first.word() == Word.HELP || first.word() == Word.VERSION) {
      return rule;
    }
    rule.command = first.word().command();
    daemonRole(first);
    if (first.word() == Word.SET_MARK) {
      rule.markRule.setFirewallMark((int) markNumber(first.value()));
    }
    if (rule.isServer()) {
      popt.redefine('b', Word.FULLNAT);
    }
    options(popt);
    others(popt.others());
    deferred();
    rule.command.check(rule.options);
    if (rule.isService()) {
      checkService();
    } else if (rule.isServer()) {
      ServerRules.finish(rule);
    } else if (rule.command == Command.DELETE_SERVER && rule.serverPort == 0) {
      rule.serverPort = rule.port;
    } else if (rule.command == Command.LIST) {
      checkList();
    }
    return rule;
  }

  private static Popt.Found command(Popt popt) {
    try {
      Popt.Found first = popt.next();
      while (first != null && first.word() == Word.SOCKET) {
        first = popt.next();
      }
      if (first != null && (first.word().command() != null || first.word() == Word.HELP || first.word() == Word.VERSION)) {
        return first;
      }
      throw Popt.tryHelp((first == null ? "no option is there" : "`" + first.word().written() + "' is not a command")
          + ": the first option must be one, such as -A, -a, -L or -S");
    } catch (Popt.BadOption bad) {
      throw Popt.tryHelp(bad.getMessage());
    }
  }

  private void daemonRole(Popt.Found command) {
    if (command.word() != Word.START_DAEMON && command.word() != Word.STOP_DAEMON) {
      return;
    }
    if (!List.of("master", "backup").contains(command.value())) {
      throw usage("illegal " + command.word().longNames().get(0) + " parameter specified", command.value(),
          "is not a daemon: master or backup");
    }
    rule.daemonRole = command.value();
  }

  private void options(Popt popt) {
    try {
      for (Popt.Found found = popt.next(); found != null; found = popt.next()) {
        option(found.word(), found.value());
      }
    } catch (Popt.BadOption bad) {
      throw new Failure(255, bad.getMessage(), bad.remedy());
    }
  }

  private void option(Word word, String value) {
    this.word = word;
    this.value = value;
    switch (word) {
      case TCP_SERVICE -> service(Protocol.PROTOCOL_TCP, value);
      case UDP_SERVICE -> service(Protocol.PROTOCOL_UDP, value);
      case SCTP_SERVICE -> service(Protocol.PROTOCOL_SCTP, value);
      case FWMARK_SERVICE -> mark(value);
      case IPV6 -> {
        if (rule.mark == 0) {
          throw new Failure(Failure.USAGE, "-6 used before -f",
              "-6 says that a firewall mark is about IPv6: write it after -f MARK; with -t, -u the address says it");
        }
        rule.markIpv6 = true;
      }
      case SCHEDULER -> {
        set(Option.SCHEDULER);
        rule.scheduler = value;
      }
      case PERSISTENT -> {
        set(Option.PERSISTENT);
        rule.persistence = value == null ? DEFAULT_PERSISTENCE_SECONDS : timeout(value, 1);
      }
      case NETMASK -> {
        set(Option.NETMASK);
        netmask = value;
      }
      case OPS -> set(Option.OPS);
      case PE -> {
        set(Option.PE);
        rule.engine = value;
      }
      case SCHED_FLAGS -> {
        set(Option.SCHED_FLAGS);
        schedulerFlags = value;
      }
      case TCP_TIMEOUT -> rule.tcpTimeout = timeout(Option.TCP_TIMEOUT, value);
      case TCP_FIN_TIMEOUT -> rule.tcpFinTimeout = timeout(Option.TCP_FIN_TIMEOUT, value);
      case UDP_TIMEOUT -> rule.udpTimeout = timeout(Option.UDP_TIMEOUT, value);
      case REAL_SERVER -> {
        set(Option.SERVER);
        server = value;
      }
      case MASQUERADING -> method(ForwardingMethod.FORWARDING_METHOD_NAT);
      case IPIP -> method(ForwardingMethod.FORWARDING_METHOD_TUN);
      case GATEWAYING -> method(ForwardingMethod.FORWARDING_METHOD_DR);
      case FULLNAT -> method(ForwardingMethod.FORWARDING_METHOD_FULLNAT);
      case WEIGHT -> rule.weight = number(Option.WEIGHT, "illegal weight specified", value, "weight");
      case U_THRESHOLD ->
          rule.upperThreshold = number(Option.U_THRESHOLD, "illegal u_threshold specified", value, "threshold");
      case L_THRESHOLD ->
          rule.lowerThreshold = number(Option.L_THRESHOLD, "illegal l_threshold specified", value, "threshold");
      case TUN_TYPE -> {
        set(Option.TUN_TYPE);
        rule.tunnelType = ServerRules.tunnelType(value);
      }
      case TUN_PORT -> {
        set(Option.TUN_PORT);
        rule.tunnelPort = limited("illegal tunnel port specified", value, 1, Endpoint.MAX_PORT, "a port");
      }
      case TUN_NOCSUM -> checksum(Option.TUN_NOCSUM, TunnelChecksum.TUNNEL_CHECKSUM_NONE);
      case TUN_CSUM -> checksum(Option.TUN_CSUM, TunnelChecksum.TUNNEL_CHECKSUM_FULL);
      case TUN_REMCSUM -> checksum(Option.TUN_REMCSUM, TunnelChecksum.TUNNEL_CHECKSUM_REMOTE);
      case LOCAL_ADDRESS -> {
        set(Option.LOCAL_ADDRESS);
        rule.localAddress = Endpoint.number(value, "illegal local address specified");
      }
      case TO -> {
        set(Option.TO);
        rule.markRule.setDestination(value);
      }
      case TCP_PORTS -> {
        set(Option.TCP_PORTS);
        rule.markRule.addAllTcpPorts(PortList.parse("--tcp", value));
      }
      case UDP_PORTS -> {
        set(Option.UDP_PORTS);
        rule.markRule.addAllUdpPorts(PortList.parse("--udp", value));
      }
      case SCTP_PORTS -> {
        set(Option.SCTP_PORTS);
        rule.markRule.addAllSctpPorts(PortList.parse("--sctp", value));
      }
      case NUMERIC -> set(Option.NUMERIC);
      case CONNECTION -> set(Option.CONNECTION);
      case TIMEOUT -> set(Option.TIMEOUT);
      case DAEMON -> set(Option.DAEMON);
      case STATS -> set(Option.STATS);
      case RATE -> set(Option.RATE);
      case EXACT -> set(Option.EXACT);
      case THRESHOLDS -> set(Option.THRESHOLDS);
      case PERSISTENT_CONN -> set(Option.PERSISTENT_CONN);
      case TUN_INFO -> set(Option.TUN_INFO);
      case NOSORT -> set(Option.NOSORT);
      case DRY_RUN -> set(Option.DRY_RUN);
      case SORT, SOCKET -> { }
      case SYNCID -> daemonNumber(Option.SYNCID, "illegal syncid specified", value, 0, 255);
      case SYNC_MAXLEN -> daemonNumber(Option.SYNC_MAXLEN, "illegal sync-maxlen specified", value, 1, 65535 - 20 - 8);
      case MCAST_PORT -> daemonNumber(Option.MCAST_PORT, "illegal mcast-port specified", value, 1, Endpoint.MAX_PORT);
      case MCAST_TTL -> daemonNumber(Option.MCAST_TTL, "illegal mcast-ttl specified", value, 1, 255);
      case MCAST_INTERFACE -> set(Option.MCAST_INTERFACE);
      case MCAST_GROUP -> set(Option.MCAST_GROUP);
      default -> throw new Failure(Failure.USAGE, "invalid option `" + word.written() + "'",
          "one command at a time, and this one is '" + rule.command.label() + "'");
    }
  }

  private void set(Option option) {
    if (!rule.options.add(option)) {
      throw new Failure(Failure.USAGE, "multiple '" + option.label() + "' options specified",
          "`" + word.written() + (value == null ? "" : " " + value) + "' is a second one: leave one of them out");
    }
  }

  private void service(Protocol protocol, String value) {
    set(Option.SERVICE);
    rule.protocol = protocol;
    Endpoint endpoint = Endpoint.parse(value, protocolName(protocol), names, BAD_VIRTUAL);
    rule.vip = endpoint.address();
    rule.port = endpoint.port();
  }

  private void mark(String value) {
    set(Option.SERVICE);
    rule.mark = markNumber(value);
  }

  private static long markNumber(String value) {
    if (!value.matches("\\d{1,18}") || Long.parseLong(value) < 1 || Long.parseLong(value) > 0xffff_ffffL) {
      throw usage("invalid fwmark value `" + value + "' specified", value,
          "is not a firewall mark: a number of 1 to 4294967295");
    }
    return Long.parseLong(value);
  }

  private void real(String value) {
    Endpoint endpoint = Endpoint.parse(value, protocolName(rule.protocol), names, BAD_REAL);
    rule.rip = endpoint.address();
    rule.serverPort = endpoint.portGiven() ? endpoint.port() : 0;
  }

  private void method(ForwardingMethod method) {
    set(Option.FORWARD);
    rule.method = method;
  }

  private void checksum(Option option, TunnelChecksum checksum) {
    set(option);
    rule.tunnelChecksum = checksum;
  }

  private int number(Option option, String refusal, String value, String what) {
    set(option);
    return limited(refusal, value, 0, Integer.MAX_VALUE, "a " + what);
  }

  private void daemonNumber(Option option, String refusal, String value, int min, int max) {
    set(option);
    limited(refusal, value, min, max, "a " + option.label());
  }

  private static int limited(String refusal, String value, int min, int max, String what) {
    OptionalInt number = Addresses.number(value, min, max);
    return number.orElseThrow(
        () -> usage(refusal, value, "is not " + what + ": a number of " + min + " to " + max));
  }

  private int timeout(Option option, String value) {
    set(option);
    return timeout(value, 0);
  }

  private static int timeout(String value, int min) {
    return limited("invalid timeout value `" + value + "' specified", value, min, MAX_TIMEOUT_SECONDS,
        "a time in seconds");
  }

  private void others(List<String> words) {
    int taken = 0;
    if (rule.command == Command.SET) {
      taken = 3;
      if (words.size() < taken) {
        throw new Failure(Failure.USAGE, "--set option requires 3 timeout values",
            "got " + words.size() + ": write --set TCP TCPFIN UDP, in seconds; 0 leaves one as it is");
      }
      rule.timeoutSeconds = words.subList(0, taken).stream().mapToInt(word -> timeout(word, 0)).toArray();
    }
    if (words.size() > taken) {
      throw new Failure(Failure.USAGE, "unexpected argument " + words.get(taken), "it belongs to no option: leave it out");
    }
  }

  /** What can be understood only when the service is known, wherever it stood in the line. */
  private void deferred() {
    if (server != null) {
      // A port's name belongs to the service's protocol, which may have come after -r.
      real(server);
    }
    if (netmask != null) {
      netmask();
    }
    if (schedulerFlags != null) {
      rule.schedulerFlags = SchedulerFlags.parse(rule.scheduler, schedulerFlags);
    }
  }

  private void netmask() {
    if (rule.ipv6()) {
      rule.prefixLength = limited("illegal ipv6 netmask specified", netmask, 1, 128, "a prefix length");
      return;
    }
    InetAddress mask = Addresses.ipv4(netmask);
    if (mask == null || Addresses.toInt(mask) == 0) {
      throw usage("illegal virtual server persistent mask specified", netmask,
          "is not a mask: 0.0.0.1 to 255.255.255.255, such as 255.255.255.0");
    }
    rule.netmask = Addresses.toInt(mask);
  }

  private void checkService() {
    if (rule.mark == 0 && rule.port == 0 && rule.persistence == 0) {
      throw new Failure(Failure.USAGE, "Zero port specified for non-persistent service",
          "a service on every port needs -p, so that a client's connections go to one server; or write ADDRESS:PORT");
    }
    if (rule.has(Option.OPS) && rule.mark == 0 && rule.protocol != Protocol.PROTOCOL_UDP) {
      throw new Failure(Failure.USAGE, "One-Packet Scheduling is only for UDP virtual services", "use -u, or leave -o out");
    }
  }

  private void checkList() {
    boolean other = rule.has(Option.TIMEOUT) || rule.has(Option.DAEMON);
    boolean figures = rule.has(Option.STATS) || rule.has(Option.RATE) || rule.has(Option.THRESHOLDS);
    if ((rule.has(Option.CONNECTION) || other) && figures || other && rule.has(Option.PERSISTENT_CONN)) {
      throw new Failure(Failure.USAGE, "options conflicts in the list command",
          "--stats, --rate, --thresholds are about services; -c, --timeout, --daemon list something else");
    }
  }

  static String protocolName(Protocol protocol) {
    return switch (protocol) {
      case PROTOCOL_UDP -> "udp";
      case PROTOCOL_SCTP -> "sctp";
      default -> "tcp";
    };
  }

  private static Failure usage(String text, String value, String remedy) {
    return new Failure(Failure.USAGE, text, "`" + value + "' " + remedy);
  }
}
