#!/bin/sh
# Brings a node to the state that its bundle describes, or back to the one before. Stands in the release's own folder,
# `<state>/releases/<hash>/bin`; runs as root. `$ROOT` is empty on a node, and another root folder in a test.
#
#   release apply   makes this release the current one, or goes back to the one before
set -eu
umask 077
# The filter that this loads may cut the connection that it was called by: it goes on to its end, or back.
trap '' HUP PIPE

release=$(dirname "$(dirname "$(readlink -f "$0")")")
state=$(dirname "$(dirname "$release")")
root=${ROOT:-}
kept_releases=3

fail() {
  echo "$*" >&2
  exit 1
}

take_turn() {
  exec 9> "$state/lock"
  flock 9
}

# Writes what differs, and notes it until the units that read it have been started anew.
put_files() {
  find "$1/files" -type f -printf '%P\n' | sort | while read -r path; do
    cmp -s "$1/files/$path" "$root/$path" && continue
    (umask 022 && mkdir -p "$root/$(dirname "$path")")
    cp -p "$1/files/$path" "$root/$path.splitfleet"
    mv "$root/$path.splitfleet" "$root/$path"
    echo "/$path" >> "$state/changed"
  done
}

# Takes away what other releases, also one that was killed in the middle, have put there and `$1` has not.
remove_files() {
  find "$state"/releases/*/files -type f -printf '%P\n' | sort -u | while read -r path; do
    [ ! -e "$1/files/$path" ] || continue
    [ -e "$root/$path" ] || continue
    rm -f "$root/$path"
    echo "/$path" >> "$state/changed"
  done
}

install_packages() {
  absent=
  while read -r package; do
    dpkg-query --show --showformat '${db:Status-Status}\n' "$package" 2> /dev/null | grep -qx installed ||
      absent="$absent $package"
  done < "$1/packages.txt"
  [ -n "$absent" ] || return 0
  export DEBIAN_FRONTEND=noninteractive
  apt-get update --quiet > /dev/null || return 1
  # shellcheck disable=SC2086 # A list of words.
  apt-get install --yes --quiet --no-install-recommends -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Options::=--force-confold $absent > /dev/null
}

# Another version of what runs already waits for `npm run upgrade`, which drains the node first.
install_absent() {
  while read -r name version _; do
    if [ ! -e "$state/installed/$name" ]; then
      "$1/install/$name" || return 1
    elif [ "$(cat "$state/installed/$name")" != "$version" ]; then
      echo "$name is $(cat "$state/installed/$name"); $version waits for \`npm run upgrade\`" || true
    fi
  done < "$1/versions.txt"
}

is_changed() {
  for prefix in "$@"; do
    ! grep -qs "^$prefix" "$state/changed" || return 0
  done
  return 1
}

start_units() {
  systemctl daemon-reload || return 1
  while read -r unit boot action prefixes; do
    # shellcheck disable=SC2086 # A list of words.
    if is_changed $prefixes && systemctl is-active --quiet "$unit"; then
      systemctl "$action" "$unit" || return 1
    fi
    [ "$boot" != enable ] || systemctl enable --now --quiet "$unit" || return 1
  done < "$1/units.txt"
}

# Everything up to a healthy node with the release `$1`.
bring_up() {
  remove_files "$1" || return 1
  put_files "$1" || return 1
  install_packages "$1" || return 1
  install_absent "$1" || return 1
  [ ! -e "$1/bin/discover" ] || "$1/bin/discover" || return 1
  sysctl --system > /dev/null || return 1
  nft -f "$root/etc/splitfleet/filter.nft" || return 1
  start_units "$1" || return 1
  "$1/bin/health"
}

prune() {
  find "$state/releases" -mindepth 1 -maxdepth 1 -name '.draft-*' -mmin +60 -exec rm -rf {} +
  find "$state/releases" -mindepth 1 -maxdepth 1 -type d ! -name '.draft-*' -printf '%T@ %p\n' | sort -rn |
    tail -n +$((kept_releases + 1)) | while read -r _ old; do
    [ "$old" = "$release" ] || rm -rf "$old"
  done
}

apply() {
  take_turn
  mkdir -p "$state/installed"
  touch "$release"
  current=$(readlink -f "$state/current" || true)
  if bring_up "$release"; then
    ln -sfn "$release" "$state/current.draft"
    mv -T "$state/current.draft" "$state/current"
    rm -f "$state/changed"
    prune
    echo "bundle $(basename "$release") is applied"
    return
  fi
  [ -d "$current" ] || fail "bundle $(basename "$release") failed, and there is none before it to go back to"
  [ "$current" != "$release" ] || fail "bundle $(basename "$release") failed, and was the current one already"
  if bring_up "$current"; then
    rm -f "$state/changed"
    fail "bundle $(basename "$release") failed; bundle $(basename "$current") is back"
  fi
  fail "bundle $(basename "$release") failed, and so did bundle $(basename "$current") before it"
}

case ${1:-} in
  apply) apply ;;
  *) fail "unknown command: ${1:-none}" ;;
esac
