#!/bin/sh
# Stands in for a command of the host, by the name it is called by. Notes each call; fails once, or kills the run, if told so.
set -eu
name=$(basename "$0")
box=/var/stub
case $name:${1:-} in
  tailscale:version | tailscale:ip | dpkg-query:* | modprobe:*) ;;
  *) echo "$name $*" >> "$box/calls" ;;
esac
if [ -e "$box/break" ]; then
  read -r how calls pattern < "$box/break"
  # shellcheck disable=SC2254 # A pattern.
  case "$name $*" in
    $pattern) calls=$((calls - 1)) && echo "$how $calls $pattern" > "$box/break" ;;
  esac
  case $calls in
    0)
      rm "$box/break"
      [ "$how" = fail ] && { echo "$name: broken" >&2; exit 1; }
      kill -9 "$(cat "$box/pid")"
      sleep 1
      ;;
  esac
fi

joined() { [ -e "$box/joined" ]; }

case $name in
  curl)
    for argument in "$@"; do
      case $argument in http://127.0.0.1:10248/*) exit 0 ;; esac
    done
    for argument in "$@"; do
      shift
      set -- "$@" "$(printf '%s' "$argument" | sed 's#^https://[^/]*/#http://203.0.113.1/#')"
    done
    exec /usr/bin/curl "$@"
    ;;
  tailscale)
    case $1 in
      version) echo 1.102.3 ;;
      ip) joined && echo 100.64.0.7 ;;
      up)
        key=$(printf '%s\n' "$@" | sed -n 's#^--auth-key=file:##p')
        if [ -n "$key" ]; then
          [ "$(stat -c %a "$key")" = 600 ] || { echo "the key can be read by others" >&2; exit 1; }
          /usr/bin/curl --fail --silent "http://203.0.113.1/join/$(cat "$key")" || { echo "invalid key" >&2; exit 1; }
          touch "$box/joined"
        else joined; fi
        ;;
      netcheck) exec perl "$box/netcheck.pl" ;;
    esac
    ;;
  nvidia-smi) [ -e "$box/gpus" ] && cat "$box/gpus" ;;
  dpkg-query)
    for package in "$@"; do :; done
    version=$(cat "$box/packages/$package" 2> /dev/null) || exit 1
    case "$*" in *Version*) echo "installed $version" ;; *) echo installed ;; esac
    ;;
  apt-get)
    mkdir -p "$box/packages"
    for argument in "$@"; do
      case $argument in
        ./*.deb) file=$(basename "$argument") && echo "$file" | cut -d _ -f 2 > "$box/packages/${file%%_*}" ;;
        install | -* | update | *::*) ;;
        *) echo 1 > "$box/packages/$argument" ;;
      esac
    done
    ;;
  systemctl)
    for unit in "$@"; do :; done
    mkdir -p "$box/active"
    case $1 in
      enable) touch "$box/active/$unit" ;;
      is-active)
        case $unit in
          k3s.service) [ -e /etc/splitfleet/k3s-token ] && [ -x /usr/local/bin/k3s ] ;;
          *) [ -e "$box/active/$unit" ] ;;
        esac
        ;;
    esac
    ;;
esac
