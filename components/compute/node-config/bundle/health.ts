import { HEADER } from "../install.ts";

export interface HealthArgs {
  readonly cluster: "server" | "agent" | "none";
  readonly docker: boolean;
  readonly vault: boolean;
}

/** How long something that was started anew may take to answer. */
const PATIENCE_SECONDS = 120;

const CHECKS = {
  mesh: 'wait_for "the mesh has an address for the node" tailscale ip -4',
  filter: 'wait_for "the packet filter is loaded" nft list table inet splitfleet_node',
  // Before its token is there, k3s has not been started yet.
  agent:
    '[ ! -e "$root/etc/splitfleet/k3s-token" ] ||\n  wait_for "the kubelet is healthy" curl --fail --silent http://127.0.0.1:10248/healthz',
  server:
    '[ ! -e "$root/etc/splitfleet/k3s-token" ] ||\n  wait_for "the API server is ready" k3s kubectl get --raw /readyz',
  docker: 'wait_for "Docker answers" docker version',
  // A sealed one is healthy: it waits for somebody with a key.
  vault: '[ ! -e "$root/etc/splitfleet/vault/tls.key" ] ||\n  wait_for "Vault runs" systemctl is-active --quiet vault',
} as const;

/** A script that ends without error when the node is healthy, and else says what it has waited for. */
export function healthScript({ cluster, docker, vault }: HealthArgs): string {
  const checks = [
    CHECKS.mesh,
    CHECKS.filter,
    ...(cluster === "none" ? [] : [CHECKS.agent]),
    ...(cluster === "server" ? [CHECKS.server] : []),
    ...(docker ? [CHECKS.docker] : []),
    ...(vault ? [CHECKS.vault] : []),
  ];
  return `${HEADER}: "$root"
patience=\${SPLITFLEET_PATIENCE_SECONDS:-${PATIENCE_SECONDS}}

wait_for() {
  what=$1
  shift
  waited=0
  until "$@" > /dev/null 2>&1; do
    [ "$waited" -lt "$patience" ] || { echo "after $patience seconds it is not so that $what" >&2; exit 1; }
    sleep 2
    waited=$((waited + 2))
  done
}

${checks.join("\n")}
`;
}
