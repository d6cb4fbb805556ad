#!/bin/sh
# Puts the version that the bundle names in the place of the one that runs, or goes back: `upgrade k3s`. Stands beside
# `release`, runs as root, and on a node that has been drained; `$ROOT` as there.
set -eu
umask 077
trap '' HUP PIPE

release=$(dirname "$(dirname "$(readlink -f "$0")")")
state=$(dirname "$(dirname "$release")")
root=${ROOT:-}

fail() {
  echo "$*" >&2
  exit 1
}

exec 9> "$state/lock"
flock 9
wanted=$(grep "^${1:?} " "$release/versions.txt") || fail "the bundle names no $1"
# shellcheck disable=SC2086 # A list of words.
set -- $wanted
name=$1 version=$2 unit=$3
shift 3
before="$state/before/$name"
rm -rf "$before"
mkdir -p "$before"
previous=$(cat "$state/installed/$name" 2> /dev/null || true)
for path in "$@"; do
  [ ! -e "$root$path" ] || (cd "$root/" && cp -p --parents ".$path" "$before")
done
if "$release/install/$name" && systemctl daemon-reload && systemctl try-restart "$unit" && "$release/bin/health"; then
  rm -rf "$before"
  echo "$name is $version"
  exit
fi
{ [ -n "$previous" ] && [ $# -gt 0 ]; } || fail "$name $version failed, and there is none before it to go back to"
cp -rp "$before/." "$root/"
echo "$previous" > "$state/installed/$name"
systemctl daemon-reload
systemctl try-restart "$unit"
"$release/bin/health" || fail "$name $version failed, and so did $previous before it"
fail "$name $version failed; $previous runs again"
