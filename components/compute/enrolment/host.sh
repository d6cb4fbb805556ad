# Everything above states the facts of the node and carries what is put on it; from here on it is the same for every node.
#
#   --dry-run           check the host and say what would be done; change nothing
#   --token-file PATH   a file with the agents' token of the cluster, where nothing else delivers it
#   --wait SECONDS      how long to wait for the token to be delivered (default 900)
#   --report PATH       where the result is written (default /var/lib/splitfleet/enroll/report.json)
set -eu
umask 077
state=/var/lib/splitfleet/enroll
report=$state/report.json
dry_run=false
token_file=
patience=900

say() { printf '%s\n' "$*" >&2; }

usage() {
  sed -n 's/^#   --/  --/p' "$0" >&2
  exit "$1"
}

while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry_run=true ;;
    --token-file) token_file=${2:?--token-file needs a path} && shift ;;
    --wait) patience=${2:?--wait needs seconds} && shift ;;
    --report) report=${2:?--report needs a path} && shift ;;
    --help) usage 0 ;;
    *) say "unknown option: $1" && usage 2 ;;
  esac
  shift
done
[ "$(id -u)" = 0 ] || { say "this changes the host: run it as root, or with sudo"; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: > "$work/checks"
: > "$work/steps"

# --- results

# note_check NAME ok|failed|warned FOUND EXPECTED
note_check() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" >> "$work/checks"; }

# note_step NAME done|unchanged|planned|failed MESSAGE
note_step() { printf '%s\t%s\t%s\n' "$1" "$2" "$3" >> "$work/steps"; }

# Lines of tab-separated values as a list of JSON objects with the given keys.
json_list() {
  awk -F '\t' -v keys="$2" '
    BEGIN { count = split(keys, key, " "); printf "[" }
    {
      printf "%s{", (NR > 1 ? "," : "")
      for (i = 1; i <= count; i++) {
        value = $i
        gsub(/\\/, "\\\\", value); gsub(/"/, "\\\"", value); gsub(/[[:cntrl:]]/, " ", value)
        printf "%s\"%s\":\"%s\"", (i > 1 ? "," : ""), key[i], value
      }
      printf "}"
    }
    END { printf "]" }' "$1"
}

write_report() {
  printf '{"version":1,"environment":"%s","node":"%s","bundle":"%s","at":"%s","enrolled":%s,"address":"%s","checks":%s,"steps":%s}\n' \
    "$ENVIRONMENT" "$NODE" "$BUNDLE_HASH" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$(mesh_address)" \
    "$(json_list "$work/checks" "name status found expected")" "$(json_list "$work/steps" "name status message")"
}

table() {
  awk -F '\t' '{ printf "  %-14s %-9s %s%s\n", $1, $2, $3, ($4 != "" && $2 != "ok") ? " (expected " $4 ")" : "" }' \
    "$work/checks" "$work/steps" >&2
}

# finish EXIT_CODE ENROLLED
finish() {
  say ""
  say "$NODE"
  table
  if $dry_run; then
    write_report "$2"
    say "Nothing was changed."
  else
    mkdir -p "$(dirname "$report")"
    write_report "$2" > "$report.draft"
    mv "$report.draft" "$report"
    say "The result is in $report."
  fi
  exit "$1"
}

# --- checks of the host

# Whether version $1 is at least $2.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# check NAME FOUND EXPECTED COMMAND ...: ok if the command ends without error.
check() {
  check_name=$1 check_found=$2 check_expected=$3
  shift 3
  if "$@" > /dev/null 2>&1; then
    note_check "$check_name" ok "$check_found" "$check_expected"
  else
    note_check "$check_name" failed "$check_found" "$check_expected"
  fi
}

check_system() {
  system=$(sed -n 's/^ID=//p' /etc/os-release | tr -d '"')
  check system "$system $(dpkg --print-architecture)" "debian or ubuntu, $ARCHITECTURE" \
    is_supported "$system" "$(dpkg --print-architecture)"
  check kernel "$(uname -r)" "$LEAST_KERNEL or newer" at_least "$(uname -r)" "$LEAST_KERNEL"
  check modules "$(absent_modules)" "overlay, br_netfilter and vxlan" [ "$(absent_modules)" = "all there" ]
  controllers=$(cat /sys/fs/cgroup/cgroup.controllers 2> /dev/null || echo "cgroup version 1")
  check cgroups "$controllers" "version 2 with cpu, cpuset, memory and pids" has_controllers "$controllers"
}

is_supported() { { [ "$1" = debian ] || [ "$1" = ubuntu ]; } && [ "$2" = "$ARCHITECTURE" ]; }

absent_modules() {
  for module in overlay br_netfilter vxlan; do
    modprobe --dry-run --quiet "$module" || printf 'no %s ' "$module"
  done | grep . || echo "all there"
}

has_controllers() {
  for controller in cpu cpuset memory pids; do
    case " $1 " in *" $controller "*) ;; *) return 1 ;; esac
  done
}

check_size() {
  check cores "$(nproc)" "$CORES" [ "$(nproc)" -ge "$CORES" ]
  memory_mib=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
  # What firmware and kernel keep is missing from what the kernel reports.
  check memory "$((memory_mib / 1024)) GiB" "$((MEMORY_MIB / 1024)) GiB" [ "$memory_mib" -ge $((MEMORY_MIB * 9 / 10)) ]
  size_gib=$(df --output=size -BG /var/lib | tail -n 1 | tr -dc 0-9)
  free_gib=$(df --output=avail -BG /var/lib | tail -n 1 | tr -dc 0-9)
  check disk "$size_gib GiB at /var/lib" "$DISK_GIB GiB" [ "$size_gib" -ge $((DISK_GIB * 9 / 10)) ]
  check room "$free_gib GiB free" "$LEAST_FREE_GIB GiB free" [ "$free_gib" -ge "$LEAST_FREE_GIB" ]
}

# A clock that is off makes certificates, tokens and leases look expired, or not valid yet.
check_clock() {
  told=$(curl --silent --show-error --head --location --max-time 20 "$CLOCK_URL" 2> /dev/null |
    tr -d '\r' | sed -n 's/^[Dd]ate: //p' | tail -n 1)
  [ -n "$told" ] || { note_check clock failed "no answer from $CLOCK_URL" "a way to the internet by HTTPS"; return; }
  off=$(($(date +%s) - $(date --date "$told" +%s)))
  check clock "${off#-} s off" "at most $MOST_SECONDS_OFF s off" [ "${off#-}" -le "$MOST_SECONDS_OFF" ]
}

check_gpus() {
  [ "$GPU_COUNT" != 0 ] || return 0
  if ! nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv,noheader,nounits > "$work/gpus" 2> /dev/null; then
    note_check driver failed "nvidia-smi does not answer" "NVIDIA's driver, $LEAST_DRIVER or newer"
    return
  fi
  driver=$(awk -F ', ' 'NR == 1 { print $3 }' "$work/gpus")
  check driver "$driver" "$LEAST_DRIVER or newer for $GPU_MODEL" at_least "$driver" "$LEAST_DRIVER"
  found=$(awk -F ', ' '{ gsub(/ /, "-", $1); print $1 }' "$work/gpus" | sort -u | paste -s -d ' ' -)
  check gpu "$found" "$GPU_MODEL" [ "$found" = "$GPU_MODEL" ]
  check gpus "$(grep -c . "$work/gpus")" "$GPU_COUNT" [ "$(grep -c . "$work/gpus")" = "$GPU_COUNT" ]
  # A GPU that shares the machine's memory has none to report.
  [ "$GPU_SHARING" != unified ] || return 0
  gpu_mib=$(awk -F ', ' 'NR == 1 || $2 < least { least = $2 } END { print least }' "$work/gpus")
  check gpu-memory "$gpu_mib MiB" "$GPU_MEMORY_MIB MiB" [ "$gpu_mib" -ge $((GPU_MEMORY_MIB * 9 / 10)) ]
}

# What the machine is behind decides whether the mesh goes straight or by a relay; either works.
check_nat() {
  if ! tailscale netcheck --format=json > "$work/netcheck" 2> /dev/null; then
    note_check nat warned "tailscale netcheck does not answer" "a report"
    return
  fi
  if ! grep -q '"UDP": *true' "$work/netcheck"; then
    note_check nat warned "UDP is blocked: all traffic goes by a relay" "UDP to the internet"
  elif grep -q '"MappingVariesByDestIP": *true' "$work/netcheck"; then
    note_check nat warned "symmetric: traffic to nodes behind another NAT goes by a relay" "a port forward of UDP 41641, or endpoint-independent mapping"
  else
    note_check nat ok "endpoint-independent" "endpoint-independent mapping"
  fi
}

# --- steps; each has a marker that names what it did, and a check of what is there

# step NAME: needs do_NAME, is_done_NAME and, among the facts, STEP_NAME.
step() {
  wanted=$(eval "printf '%s' \"\$STEP_$1\"")
  if [ "$(cat "$state/$1" 2> /dev/null)" = "$wanted" ] && "is_done_$1"; then
    note_step "$1" unchanged ""
    return
  fi
  if $dry_run; then
    note_step "$1" planned ""
    return
  fi
  say "$1 ..."
  if ! "do_$1" 2> "$work/error"; then
    cat "$work/error" >&2
    note_step "$1" failed "$(tail -n 1 "$work/error")"
    finish 1 false
  fi
  cat "$work/error" >&2
  if ! "is_done_$1"; then
    note_step "$1" failed "it ended without an error, and what it should bring is not there"
    finish 1 false
  fi
  mkdir -p "$state"
  printf '%s' "$wanted" > "$state/$1.draft"
  mv "$state/$1.draft" "$state/$1"
  note_step "$1" "done" ""
}

# run_payload NAME: a script that travels in this one.
run_payload() {
  payload "$1" > "$work/$1"
  sh "$work/$1" >&2
}

do_mesh_agent() { run_payload install-tailscale; }
is_done_mesh_agent() { [ "$(tailscale version 2> /dev/null | head -n 1)" = "$TAILSCALE_VERSION" ]; }

mesh_address() { tailscale ip -4 2> /dev/null | head -n 1 || true; }

do_mesh() {
  # Of an earlier run that was cut off, or of somebody's own: then there is no key to spend, only settings to make.
  if is_done_mesh; then
    payload join-mesh | sed 's# --auth-key=file:[^ ]*##' > "$work/join-mesh"
    sh "$work/join-mesh" >&2
    return
  fi
  again="write this script anew: npm run enroll -- $ENVIRONMENT $NODE"
  if [ -z "$MESH_KEY" ]; then
    echo "this script was written without a key; $again" >&2
    return 1
  fi
  if [ "$(date +%s)" -ge "$MESH_KEY_EXPIRES" ]; then
    echo "the key of this script is older than an hour; $again" >&2
    return 1
  fi
  mkdir -p /etc/splitfleet
  printf '%s\n' "$MESH_KEY" > /etc/splitfleet/mesh-key
  run_payload join-mesh || {
    rm -f /etc/splitfleet/mesh-key
    echo "the mesh refused the key, which works once; $again" >&2
    return 1
  }
}
is_done_mesh() { [ -n "$(mesh_address)" ]; }

do_gpu_runtime() { run_payload install-toolkit; }
is_done_gpu_runtime() {
  for release in $TOOLKIT; do
    [ "$(dpkg-query --show --showformat '${db:Status-Status} ${Version}' "${release%=*}" 2> /dev/null)" = "installed ${release#*=}" ] || return 1
  done
}

do_gpu_division() {
  payload mig-script > "$work/mig-script"
  payload mig-unit > "$work/mig-unit"
  install -m 0755 "$work/mig-script" "$MIG_SCRIPT"
  install -m 0644 "$work/mig-unit" "/etc/systemd/system/$MIG_UNIT"
  systemctl daemon-reload && systemctl enable "$MIG_UNIT" && systemctl restart "$MIG_UNIT"
}
is_done_gpu_division() { systemctl is-active --quiet "$MIG_UNIT"; }

do_configuration() {
  payload receive > "$work/receive"
  payload bundle | sh "$work/receive" >&2 || return 1
  [ "$(basename "$(readlink -f "$NODE_ROOT/current")")" = "$BUNDLE_HASH" ]
}
# After the first time `up` delivers bundles: another one is no reason to go back to this script's.
is_done_configuration() { "$NODE_ROOT/current/bin/health" > /dev/null 2>&1; }

token=/etc/splitfleet/k3s-token

do_cluster() {
  if [ -n "$token_file" ]; then
    install -D -m 0600 "$token_file" "$token" || return 1
  fi
  waited=0
  [ -e "$token" ] || say "waiting $patience s for the cluster's token"
  while [ ! -e "$token" ] || ! systemctl is-active --quiet k3s.service; do
    if [ "$waited" -ge "$patience" ]; then
      if [ -e "$token" ]; then
        echo "k3s does not run: see journalctl --unit k3s" >&2
      else
        echo "the cluster's token did not come within $patience s; deliver it to $token and run this again, or give it with --token-file" >&2
      fi
      return 1
    fi
    sleep 2
    waited=$((waited + 2))
  done
}
is_done_cluster() { [ -e "$token" ] && systemctl is-active --quiet k3s.service; }

# --- the enrolment

check_system
check_size
check_gpus
check_clock
if cut -f 2 "$work/checks" | grep -qx failed; then
  say "The host is not as its pool declares: correct the host, or the pool in the environment file. Nothing was changed."
  finish 1 false
fi
step mesh_agent
if is_done_mesh_agent; then check_nat; fi
step mesh
if [ "$GPU_COUNT" != 0 ]; then step gpu_runtime; fi
if [ "$GPU_SHARING" = mig ]; then step gpu_division; fi
step configuration
step cluster
if $dry_run; then finish 0 false; fi
finish 0 true
