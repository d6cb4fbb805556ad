#!/bin/sh
# A node, in a network namespace of its own, and around it one namespace for each that may call it or that it may call.
# Loads the node's kernel settings and its filter ($FOLDER), then tries each call of $FOLDER/calls, a line each:
# `<from> <address> <port>`. Prints a line each: `reached` or `dropped`.
set -eu
mount -t tmpfs tmpfs /run

# $1: namespace, $2: interface of the node that leads there, $3: address of the node there, $4: address there
neighbour() {
  ip netns add "$1"
  ip link add "$2" type veth peer name eth0 netns "$1"
  ip address add "$3/24" dev "$2"
  ip link set "$2" up
  ip -n "$1" address add "$4/24" dev eth0
  ip -n "$1" link set eth0 up
  ip -n "$1" link set lo up
  ip -n "$1" route add default via "$3"
}

ip link set lo up
grep '^net\.' "$FOLDER/sysctls" > /run/sysctls
sysctl --quiet --load=/run/sysctls
neighbour pod cni0 10.42.0.1 10.42.0.5
neighbour room enp7s0 10.10.1.11 10.10.1.12
neighbour device tailscale0 100.64.0.7 100.64.0.9
neighbour outside eth1 198.51.100.7 198.51.100.9
ip -n room address add 10.10.1.77/24 dev eth0
ip -n outside address add 169.254.169.254/32 dev lo
ip route add 169.254.169.254 via 198.51.100.9
nft --file "$FOLDER/filter"

# $1: from, $2: address, $3: port
call() {
  from=$1 address=$2 port=$3
  enter=
  source=
  case $from in
    node) ;;
    room-77) enter="ip netns exec room" source=10.10.1.77 ;;
    *) enter="ip netns exec $from" ;;
  esac
  # Nobody listens: what gets through is refused, at once.
  result=reached
  $enter timeout 3 python3 -c '
import socket, sys
source, address, port = sys.argv[1:]
try:
    socket.create_connection((address, int(port)), source_address=(source, 0) if source else None)
except ConnectionRefusedError:
    pass
' "$source" "$address" "$port" || result=dropped
  echo "$from $address $port $result"
}

# All at once, since one that is dropped takes three seconds.
number=100
while read -r from address port; do
  number=$((number + 1))
  call "$from" "$address" "$port" > "/run/call-$number" &
done < "$FOLDER/calls"
wait
cat /run/call-*
while read -r setting; do
  key=${setting%%=*}
  [ "$(sysctl --values "$key")" = "${setting#*=}" ] || echo "$key is $(sysctl --values "$key")"
done < /run/sysctls
