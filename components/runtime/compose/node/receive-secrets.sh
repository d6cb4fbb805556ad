# Reads secrets from standard input, a line for each: its place, its value in base64. Takes the place of all that was
# there, and restarts what reads what has changed. Expects $root.
set -eu
umask 077
: "${root:?}"
mkdir -p "$root/secrets"
draft=$(mktemp -d "$root/secrets/.draft-XXXXXX")
trap 'rm -rf "$draft"' EXIT
while read -r place value; do
  mkdir -p "$draft/$(dirname "$place")"
  printf '%s' "$value" | base64 --decode > "$draft/$place"
done
rm -rf "$root/secrets/values.old"
[ ! -d "$root/secrets/values" ] || mv "$root/secrets/values" "$root/secrets/values.old"
mv "$draft" "$root/secrets/values"
rm -rf "$root/secrets/values.old"
[ ! -e "$root/current" ] || "$root/current/bin/release" refresh
