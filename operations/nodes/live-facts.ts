import type { V1Node } from "@kubernetes/client-node";
import { isReady } from "../../sandbox/burst/template.ts";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import type { NodeState } from "./control.ts";

const POOL = "splitfleet/pool";
const SERVER = "node-role.kubernetes.io/control-plane";
export const ETCD = "node-role.kubernetes.io/etcd";
/** k3s writes it on each server: whether its member of etcd takes part in decisions. */
const VOTER = "EtcdIsVoter";

/** What a node says of itself, as `name=value` lines. */
export const FACTS_COMMAND = `. /etc/os-release
echo "os=$ID-$VERSION_ID"
for name in k3s tailscale vault; do
  [ ! -r /var/lib/splitfleet/node/installed/$name ] || echo "$name=$(cat /var/lib/splitfleet/node/installed/$name)"
done
[ ! -e /var/lib/splitfleet/node/current ] || echo "bundle=$(basename "$(readlink -f /var/lib/splitfleet/node/current)")"
`;

/** Reads the answer to {@link FACTS_COMMAND}. */
export function factsIn(answer: string): Pick<NodeState, "versions" | "bundle"> {
  const { bundle, ...found } = Object.fromEntries(
    answer.split("\n").flatMap((line) => {
      const [, name, value] = /^(os|k3s|tailscale|vault|bundle)=(\S+)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
  return { versions: found, bundle };
}

/** A node of the cluster as its API server knows it. */
export function stateOf({ metadata, spec, status }: V1Node, fleet: EnvironmentSpec): NodeState | undefined {
  const labels = metadata?.labels ?? {};
  const pool = labels[POOL] ?? "";
  const kind = fleet.pools[pool]?.kind;
  if (kind !== "hetzner" && kind !== "onprem" && kind !== "aws") return undefined;
  const k3s = status?.nodeInfo?.kubeletVersion;
  return {
    name: metadata?.name ?? "",
    pool,
    provider: kind,
    role: SERVER in labels ? "server" : "agent",
    ready: isReady({ ...(status === undefined ? {} : { status }) }),
    cordoned: spec?.unschedulable === true,
    versions: k3s === undefined ? {} : { k3s },
    bundle: undefined,
    etcdMember: ETCD in labels,
    machine: kind === "aws" ? (spec?.providerID?.split("/").at(-1) ?? "") : (status?.nodeInfo?.systemUUID ?? ""),
  };
}

/** Whether a server's member of etcd decides. */
export const isVoter = (node: V1Node): boolean =>
  isReady(node) && (node.status?.conditions ?? []).every(({ type, status }) => type !== VOTER || status === "True");
