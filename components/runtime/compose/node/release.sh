#!/bin/sh
# Brings a release of the node's compose project up, or back. Stands in the release's own folder, `<root>/releases/<hash>/bin`;
# runs as root. Prints the names and states of containers and never their output: that is for the node's own logs.
#
#   release apply              makes this release the current one, or goes back to the one before
#   release refresh            lays secrets out anew and restarts what reads them
#   release run TASK RETRIES   runs a task of the current release to its end
#   release heal               restarts containers that are unhealthy
#   release remove             stops everything; volumes and secrets stay
set -eu
umask 077

release=$(dirname "$(dirname "$(readlink -f "$0")")")
root=$(dirname "$(dirname "$release")")
units=${SPLITFLEET_UNITS:-/etc/systemd/system}
project=splitfleet
kept_releases=3

fail() {
  echo "$*" >&2
  exit 1
}

compose() {
  of=$1
  shift
  docker compose --project-name "$project" --env-file "$root/node.env" --file "$of/compose.yaml" "$@"
}

# One run at a time; `$1` says what to do if there is another: wait for it, or leave.
take_turn() {
  exec 9> "$root/lock"
  if [ "$1" = wait ]; then flock 9; else flock --nonblock 9 || exit 0; fi
}

# A value as a line of an env file. Single quotes are the one form in which Compose reads it as it is.
variable_line() {
  case $2 in
    *"'"* | *"
"*) fail "the secret for $1 has a quote or a line break in it, which a variable can not hold: read it from a file" ;;
  esac
  printf "%s='%s'\n" "$1" "$2"
}

# Lays out the values that `$1` reads, from those that Vault or Pulumi has brought to the node.
lay_out_secrets() {
  draft="$root/secrets/services.draft"
  rm -rf "$draft"
  mkdir -p "$draft"
  absent=$(while read -r kind service first second third; do
    if [ "$kind" = file ]; then value=$third; else value=$second; fi
    [ -f "$root/secrets/values/$value" ] || echo "$value"
  done < "$1/secrets.txt" | sort -u | tr '\n' ' ')
  [ -z "$absent" ] || fail "no value on this node for the secrets: $absent"
  while read -r kind service first second third; do
    mkdir -p "$draft/$service"
    if [ "$kind" = file ]; then
      mkdir -p "$draft/$service$(dirname "$second")"
      cp "$root/secrets/values/$third" "$draft/$service$second"
      chmod 0400 "$draft/$service$second"
      chown "$first:$first" "$draft/$service$second"
    else
      variable_line "$first" "$(cat "$root/secrets/values/$second")" >> "$draft/$service/variables.env"
    fi
  done < "$1/secrets.txt"
  rm -rf "$root/secrets/services"
  mv "$draft" "$root/secrets/services"
}

# What the compose file asks the node for: its address in the mesh, and the revision of each container's secret files.
write_node_env() {
  address=$(tailscale ip -4)
  {
    echo "MESH_ADDRESS=$address"
    for folder in "$root"/secrets/services/*/; do
      [ -d "$folder" ] || continue
      name=$(basename "$folder" | tr 'a-z-' 'A-Z_')
      sum=$(find "$folder" -type f ! -name variables.env -exec sha256sum {} + | sort | sha256sum | cut -c 1-16)
      echo "SECRETS_$name=$sum"
    done
  } > "$root/node.env.draft"
  mv "$root/node.env.draft" "$root/node.env"
}

make_volumes() {
  while read -r name owner mode; do
    [ -d "$root/volumes/$name" ] && continue
    mkdir -p "$root/volumes/$name"
    chown "$owner:$owner" "$root/volumes/$name"
    chmod "$mode" "$root/volumes/$name"
  done < "$1/volumes.txt"
}

# Everything up to healthy containers of the release `$1`; says why not.
bring_up() {
  docker compose version > /dev/null || { echo "Docker is not there: read the node's bundle" >&2; return 1; }
  (lay_out_secrets "$1") || return 1
  write_node_env || return 1
  make_volumes "$1" || return 1
  compose "$1" config --quiet || return 1
  compose "$1" --profile tasks pull --quiet || return 1
  nft -f "$1/filter.nft" || return 1
  compose "$1" up --detach --wait --wait-timeout "$(cat "$1/wait-seconds")" --remove-orphans && return 0
  echo "not every container of release $(basename "$1") became healthy:" >&2
  compose "$1" ps --all --format '{{.Service}}: {{.State}} {{.Health}}' >&2
  return 1
}

install_units() {
  for installed in "$units"/splitfleet-compose-*; do
    [ -e "$installed" ] || continue
    unit=$(basename "$installed")
    [ -e "$release/units/$unit" ] && continue
    systemctl disable --now --quiet "$unit" || true
    rm -f "$installed"
  done
  cp "$release"/units/splitfleet-compose-* "$units/"
  systemctl daemon-reload
  for unit in "$release"/units/splitfleet-compose-*; do
    grep -q '^\[Install\]' "$unit" || continue
    systemctl enable --quiet "$(basename "$unit")"
    systemctl start --no-block "$(basename "$unit")"
  done
}

switch_to() {
  ln -sfn "$1" "$root/current.draft"
  mv -T "$root/current.draft" "$root/current"
}

# Keeps the newest releases and what they mount.
prune() {
  find "$root/releases" -mindepth 1 -maxdepth 1 -name '.draft-*' -mmin +60 -exec rm -rf {} +
  find "$root/releases" -mindepth 1 -maxdepth 1 -type d ! -name '.draft-*' -printf '%T@ %p\n' | sort -rn |
    tail -n +$((kept_releases + 1)) | while read -r _ old; do
    [ "$old" = "$release" ] || rm -rf "$old"
  done
  for file in "$root"/files/*; do
    [ -e "$file" ] || continue
    grep -qF "$file:" "$root"/releases/*/compose.yaml || rm -f "$file"
  done
  docker image prune --all --force --filter until=168h > /dev/null
}

apply() {
  take_turn wait
  mkdir -p "$root/files" "$root/secrets/values" "$root/volumes" "$root/done"
  for file in "$release"/files/*; do
    [ -e "$file" ] || continue
    install -m 0444 "$file" "$root/files/"
  done
  touch "$release"
  if bring_up "$release"; then
    switch_to "$release"
    install_units
    prune
    echo "release $(basename "$release") is up"
    return
  fi
  current=$(readlink -f "$root/current" || true)
  [ -d "$current" ] || fail "release $(basename "$release") failed, and there is none before it to go back to"
  [ "$current" != "$release" ] || fail "release $(basename "$release") was the current one already"
  if bring_up "$current"; then
    fail "release $(basename "$release") failed; release $(basename "$current") runs again"
  fi
  fail "release $(basename "$release") failed, and so did release $(basename "$current") before it"
}

run_task() {
  task=$1
  attempts=$(($2 + 1))
  while [ "$attempts" -gt 0 ]; do
    docker rm --force "splitfleet-run-$task" > /dev/null 2>&1 || true
    compose "$release" --profile tasks run --rm --no-TTY --name "splitfleet-run-$task" "$task" && return
    attempts=$((attempts - 1))
    [ "$attempts" -eq 0 ] || sleep "${SPLITFLEET_RETRY_SECONDS:-30}"
  done
  fail "task $task failed in every attempt"
}

heal() {
  take_turn leave
  sick=$(docker ps --quiet --filter "label=com.docker.compose.project=$project" --filter health=unhealthy)
  for container in $sick; do docker restart "$container" > /dev/null; done
}

remove() {
  take_turn wait
  compose "$release" --profile tasks down --remove-orphans
  for unit in "$units"/splitfleet-compose-*; do
    [ -e "$unit" ] || continue
    systemctl disable --now --quiet "$(basename "$unit")" || true
    rm -f "$unit"
  done
  systemctl daemon-reload
  nft delete table inet splitfleet_compose
  rm -f "$root/current"
}

case ${1:-} in
  apply) apply ;;
  refresh)
    take_turn wait
    bring_up "$release"
    ;;
  run) run_task "$2" "$3" ;;
  heal) heal ;;
  remove) remove ;;
  *) fail "unknown command: ${1:-none}" ;;
esac
