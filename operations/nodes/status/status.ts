import type { EnvironmentLock } from "../../../stacks/spec/lock.ts";
import type { EtcdMember, NodeState, NodeVersions } from "../control.ts";
import type { DeclaredNode } from "../inventory.ts";
import type { NodeStatus, StatusReport } from "./report.ts";

/** What there is and what there should be. */
export interface StatusFacts {
  readonly environment: string;
  readonly declared: readonly DeclaredNode[];
  readonly running: readonly NodeState[];
  readonly members: readonly EtcdMember[];
  /** Releases that the lock names. */
  readonly binaries: EnvironmentLock["binaries"];
  /** Hash of the bundle that the program asks for, by name in the mesh. */
  readonly bundles: ReadonlyMap<string, string>;
  /** The node whose replacement was interrupted. */
  readonly replacing: string | undefined;
  /** What commands need besides, such as ` --rehearse`. */
  readonly flag: string;
}

/** Every node that the file names, then those that run besides: burst nodes, and what no pool has any more. */
export function statusOf(facts: StatusFacts): StatusReport {
  const { environment, declared, running, replacing } = facts;
  const named = new Set(declared.map(({ name }) => name));
  const nodes = [
    ...declared.map((node) =>
      rowOf(
        node,
        running.find(({ name }) => name === node.name),
        facts,
      ),
    ),
    ...running.filter(({ name }) => !named.has(name)).map((node) => rowOf(undefined, node, facts)),
  ];
  const isWhole = ({ state, behind, etcd }: NodeStatus): boolean =>
    (state === "ready" || state === "declared" || state === "lost") && behind.length === 0 && etcd !== "unhealthy";
  const verdict = replacing === undefined && nodes.every(isWhole) ? "pass" : "findings";
  return { environment, verdict, nodes, replacing: replacing ?? null };
}

function rowOf(declared: DeclaredNode | undefined, running: NodeState | undefined, facts: StatusFacts): NodeStatus {
  const place = declared ?? running;
  if (place === undefined) throw new Error("a node is declared, or runs, or both");
  const { name, pool, provider, role } = place;
  const { k3s = null, tailscale = null, vault = null, os = null } = running?.versions ?? {};
  const member = facts.members.find(({ node }) => node === name);
  const state = stateOf(declared, running);
  const outdated = state === "declared" || state === "lost" ? [] : outdatedOf(running?.versions ?? {}, facts.binaries);
  const wanted = declared === undefined ? undefined : facts.bundles.get(declared.meshName);
  const hasOldBundle = running !== undefined && wanted !== undefined && running.bundle !== wanted;
  return {
    name,
    pool,
    provider,
    role,
    state,
    versions: { k3s, tailscale, vault, os },
    bundle: running?.bundle ?? null,
    etcd: member === undefined ? null : member.healthy ? "healthy" : "unhealthy",
    behind: [...outdated, ...(hasOldBundle ? [`bundle ${wanted}`] : [])],
    command: commandFor(name, { state, provider, isOutdated: outdated.length > 0, hasOldBundle }, facts),
  };
}

function stateOf(declared: DeclaredNode | undefined, running: NodeState | undefined): NodeStatus["state"] {
  if (declared !== undefined && declared.enrollment !== "enrolled") return declared.enrollment;
  if (running === undefined) return "absent";
  if (declared === undefined && running.provider !== "aws") return "unlisted";
  if (!running.ready) return "not-ready";
  return running.cordoned ? "cordoned" : "ready";
}

/** Releases that differ from the lock; what a node does not run, or does not say, is not compared. */
const outdatedOf = (versions: NodeVersions, binaries: EnvironmentLock["binaries"]): string[] =>
  (["k3s", "tailscale", "vault"] as const).flatMap((name) => {
    const wanted = binaries[name]?.version;
    const runs = versions[name];
    return wanted === undefined || runs === undefined || runs === wanted ? [] : [`${name} ${wanted}`];
  });

interface Lack extends Pick<NodeStatus, "state" | "provider"> {
  readonly isOutdated: boolean;
  readonly hasOldBundle: boolean;
}

function commandFor(
  name: string,
  { state, provider, isOutdated, hasOldBundle }: Lack,
  { environment, replacing, flag }: StatusFacts,
): string | null {
  const verb = (words: string, node = ""): string => `npm run ${words} -- ${environment}${node}${flag}`;
  if (state === "declared") return `npm run enroll -- ${environment} ${name}`;
  if (state === "lost") return null;
  if (replacing === name) return verb("replace", ` ${name}`);
  if (state === "absent") return provider === "onprem" ? `npm run enroll -- ${environment} ${name}` : verb("up");
  if (state === "unlisted") return verb("up");
  if (state === "not-ready") return verb("replace", ` ${name}`);
  if (hasOldBundle) return verb("up");
  return isOutdated ? verb("upgrade") : null;
}
