# SPDX-License-Identifier: Apache-2.0
# A server that tells each client what accept(2) and getpeername(2) say of it. Arguments: inet or inet6, port.
use strict;
use Socket qw(:DEFAULT inet_ntop);
my ($family, $port) = ($ARGV[0] eq 'inet6' ? AF_INET6 : AF_INET, $ARGV[1]);
my $any = $family == AF_INET6 ? Socket::pack_sockaddr_in6($port, Socket::IN6ADDR_ANY) : pack_sockaddr_in($port, INADDR_ANY);
sub text {
    my ($name) = @_;
    my ($port, $address) = $family == AF_INET6 ? Socket::unpack_sockaddr_in6($name) : unpack_sockaddr_in($name);
    return inet_ntop($family, $address) . " $port";
}
socket(my $server, $family, SOCK_STREAM, 0) or die "socket: $!";
setsockopt($server, SOL_SOCKET, SO_REUSEADDR, pack('l', 1)) or die "setsockopt: $!";
bind($server, $any) or die "bind: $!";
listen($server, 16) or die "listen: $!";
$| = 1;
print "ready\n";
while (my $name = accept(my $client, $server)) {
    syswrite($client, text($name) . ', ' . text(getpeername($client)) . "\n");
    1 while sysread($client, my $bytes, 4096);
    syswrite($client, "0\n");
    close($client);
}
