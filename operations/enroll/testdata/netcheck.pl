# What `tailscale netcheck --format=json` finds out: whether the NAT gives one socket the same port towards two hosts.
use strict;
use warnings;
use IO::Socket::INET;

my $socket = IO::Socket::INET->new(Proto => "udp") or die "no socket: $!";
my @ports;
for my $host ("203.0.113.1", "203.0.113.9") {
    $socket->send("which port", 0, pack_sockaddr_in(3478, inet_aton($host))) or die "not sent: $!";
    my $readable = "";
    vec($readable, fileno($socket), 1) = 1;
    select($readable, undef, undef, 2) or last;
    $socket->recv(my $answer, 16);
    push @ports, $answer;
}
printf "{\n  \"UDP\": %s,\n  \"MappingVariesByDestIP\": %s\n}\n",
    @ports == 2 ? "true" : "false", @ports == 2 && $ports[0] ne $ports[1] ? "true" : "false";
