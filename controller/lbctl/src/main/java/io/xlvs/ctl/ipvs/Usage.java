// SPDX-License-Identifier: Apache-2.0
package io.xlvs.ctl.ipvs;

/** What {@code lbctl -h} and {@code lbctl --version} print. */
final class Usage {
  private static final String HELP = """
      Usage (ipvsadm's grammar; for the modern one see `lbctl help'):
        lbctl -A|E virtual-service [-s scheduler] [-p [timeout]] [-M netmask] [--pe persistence_engine] [-b sched-flags]
        lbctl -D virtual-service
        lbctl -C
        lbctl -R
        lbctl -S [-n]
        lbctl -a|e virtual-service -r server-address [options]
        lbctl -d virtual-service -r server-address
        lbctl -P|Q virtual-service -z local-address
        lbctl -G [virtual-service]
        lbctl -L|l [virtual-service] [options]
        lbctl -Z [virtual-service]
        lbctl --set tcp tcpfin udp
        lbctl --set-mark fwmark --to address[/prefix] [--tcp ports] [--udp ports] [--sctp ports]
        lbctl -h

      Commands, by a long or a short word:
        --add-service     -A        add a virtual service
        --edit-service    -E        change a virtual service; what is not given gets its default
        --delete-service  -D        delete a virtual service with its real servers
        --clear           -C        delete every virtual service
        --restore         -R        add the rules on standard input: all of them or none
        --save            -S        print the rules for -R
        --add-server      -a        add a real server
        --edit-server     -e        change a real server; what is not given gets its default
        --delete-server   -d        delete a real server
        --add-laddr       -P        add a local address for full NAT
        --del-laddr       -Q        delete a local address
        --get-laddr       -G        list local addresses
        --list            -L|-l     list the table
        --zero            -Z        zero the counters of a service or of all
        --set tcp tcpfin udp        set time-outs of connections, in seconds; 0 leaves one as it is
        --set-mark fwmark           say which packets carry a mark (lines of -S; `lbctl mark' does it for people)
        --help            -h        this text
        --version         -v        version

      virtual-service:
        --tcp-service|-t  service-address   host[:port]
        --udp-service|-u  service-address   host[:port]
        --sctp-service    service-address   host[:port]
        --fwmark-service|-f fwmark          an integer greater than zero

      Options:
        --ipv6         -6                   the firewall mark before it is about IPv6
        --scheduler    -s scheduler         rr|wrr|lc|wlc|lblc|lblcr|dh|sh|sed|nq|fo|ovf|mh|twos (default: wlc)
        --pe            engine              persistence engine: sip (default: none)
        --persistent   -p [timeout]         a client stays with its server, seconds (default: 360)
        --netmask      -M netmask           how much of its address makes a client
        --ops          -o                   schedule each UDP packet by itself
        --sched-flags  -b flags             of a service: scheduler flags, separated by commas
        --tcp-timeout, --tcpfin-timeout, --udp-timeout seconds
                                            time-outs of a service's own (default, and 0: those of --set)
        --real-server  -r server-address    host[:port]
        --gatewaying   -g                   gatewaying: direct routing (default)
        --ipip         -i                   tunnelling
        --masquerading -m                   masquerading: NAT
        --fullnat      -b                   of a real server: full NAT
        --tun-type      type                ipip|gue|gre (default: ipip)
        --tun-port      port                tunnel destination port
        --tun-nocsum                        tunnel without checksum
        --tun-csum                          tunnel with checksum
        --tun-remcsum                       tunnel with remote checksum
        --weight       -w weight            capacity of the real server (default: 1)
        --u-threshold  -x uthreshold        no new connections from so many on
        --l-threshold  -y lthreshold        new connections again below so many
        --local-address -z address          source address of full NAT
        --to            address[/prefix]    destination of the packets that carry the mark
        --tcp, --udp, --sctp  ports         their ports: 80,443,8000-8080, or all (default: all of the three)
        --connection   -c                   list connections
        --timeout                           list time-outs (tcp tcpfin udp)
        --daemon                            list sync daemons: there are none
        --stats                             list counters
        --rate                              list rates
        --exact                             list numbers unabridged
        --thresholds                        list thresholds
        --persistent-conn                   list persistent connections
        --tun-info                          list tunnels
        --nosort                            do not sort
        --sort                              does nothing
        --numeric      -n                   numbers instead of names
        --dry-run                           of a command that changes: check it and print what it would change
        --socket        path                xlvsd's socket (default: $XLVS_SOCKET or /run/xlvs/xlvsd.sock)
      """;

  private Usage() {}

  static String text() {
    return version() + "\n" + HELP;
  }

  /** The version of this program, from its jar, after ipvsadm's pattern. */
  static String version() {
    String version = Usage.class.getPackage().getImplementationVersion();
    return "lbctl v" + (version == null ? "unpacked" : version) + " (as ipvsadm v1.31; IPVS v1.2.1)";
  }
}
