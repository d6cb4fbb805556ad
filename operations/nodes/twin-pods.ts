import type { PlacedWorkload } from "../../stacks/placement.ts";
import type { BlockedBudget, LocalVolume, NodeState } from "./control.ts";

/** A node as far as pods are concerned. */
export type PodNode = Pick<NodeState, "name" | "pool" | "ready" | "cordoned"> & { readonly drained: boolean };

/** A pod of a workload that always runs; `namespace/name` of it, and of its budget where it has one. */
interface PlacedPod {
  readonly pod: string;
  readonly workload: PlacedWorkload;
}

/**
 * Where the twin's pods are, since no scheduler runs there: each workload's, one after the other, on the nodes of its pool in
 * order of their names. Those of drained nodes are on the others.
 */
function podsOn(node: string, nodes: readonly PodNode[], workloads: readonly PlacedWorkload[]): PlacedPod[] {
  return placed(
    node,
    nodes.filter(({ drained, ready }) => ready && !drained),
    workloads,
  );
}

function placed(node: string, nodes: readonly PodNode[], workloads: readonly PlacedWorkload[]): PlacedPod[] {
  const pool = nodes.find(({ name }) => name === node)?.pool;
  const members = nodes
    .filter((each) => each.pool === pool)
    .map(({ name }) => name)
    .toSorted();
  return workloads
    .filter((workload) => workload.pool === pool)
    .flatMap((workload) =>
      Array.from({ length: workload.replicas }, (_, index) => index)
        .filter((index) => members[index % members.length] === node)
        .map((index) => ({ pod: `${workload.namespace}/${workload.name}-${index}`, workload })),
    );
}

/** What lies on a node's disk: it stays there when the pods leave. */
export const volumesOn = (
  node: string,
  nodes: readonly PodNode[],
  workloads: readonly PlacedWorkload[],
): LocalVolume[] =>
  placed(node, nodes, workloads).flatMap(({ workload: { name, volumes } }) =>
    volumes.map((volume) => ({ workload: name, volume: volume.name, backupHours: volume.backupHours })),
  );

/** A budget lets one pod be away. Where no other node takes that one, the next can not leave. */
export function blockedBudgets(
  node: string,
  nodes: readonly PodNode[],
  workloads: readonly PlacedWorkload[],
): BlockedBudget[] {
  const pool = nodes.find(({ name }) => name === node)?.pool;
  const others = nodes.filter((each) => each.pool === pool && each.name !== node && each.ready && !each.cordoned);
  if (others.length > 0) return [];
  const guarded = podsOn(node, nodes, workloads).filter(({ workload: { replicas } }) => replicas > 1);
  return [...Map.groupBy(guarded, ({ workload }) => `${workload.namespace}/${workload.name}`)].flatMap(
    ([budget, pods]) => pods.slice(1).map(({ pod }) => ({ budget, pod })),
  );
}
