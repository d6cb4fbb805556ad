# Reads a bundle from standard input, a line for each file: its mode, its path, its content in base64.
# Unpacks it beside the other releases and hands over to it. Expects $root and $hash.
set -eu
umask 077
: "${root:?}" "${hash:?}"
# The first release may be here before the node's first boot has come to an end.
! command -v cloud-init > /dev/null || cloud-init status --wait > /dev/null || true
mkdir -p "$root/releases"
draft=$(mktemp -d "$root/releases/.draft-XXXXXX")
trap 'rm -rf "$draft"' EXIT
cat > "$draft.bundle"
trap 'rm -rf "$draft" "$draft.bundle"' EXIT
found=$(sha256sum < "$draft.bundle" | cut -c 1-16)
[ "$found" = "$hash" ] || { echo "the bundle came as $found, expected $hash" >&2; exit 1; }
while read -r mode path content; do
  mkdir -p "$draft/$(dirname "$path")"
  printf '%s' "$content" | base64 --decode > "$draft/$path"
  chmod "$mode" "$draft/$path"
done < "$draft.bundle"
rm -rf "$root/releases/$hash"
mv "$draft" "$root/releases/$hash"
rm -f "$draft.bundle"
"$root/releases/$hash/bin/release" apply
