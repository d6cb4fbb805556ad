import type {
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1PodDisruptionBudget,
} from "@kubernetes/client-node";
import { keepsNode } from "../../sandbox/burst/template.ts";
import type { PlacedWorkload } from "../../stacks/placement.ts";
import type { BlockedBudget, LocalVolume } from "./control.ts";

const WORKLOAD = "splitfleet/workload";

/**
 * Data on one node's disk: what a volume holds that is bound to the node. What no workload of the file has made counts as
 * data without a backup, since nobody knows what it is.
 */
export function volumesIn(
  node: string,
  claims: readonly V1PersistentVolumeClaim[],
  volumes: readonly V1PersistentVolume[],
  workloads: readonly PlacedWorkload[],
): LocalVolume[] {
  const here = new Set(
    volumes.filter((volume) => hostsOf(volume).includes(node)).map(({ metadata }) => metadata?.name),
  );
  return claims
    .filter(({ spec }) => spec?.volumeName !== undefined && here.has(spec.volumeName))
    .flatMap(({ metadata }): LocalVolume[] => {
      const claim = metadata?.name ?? "";
      const name = metadata?.labels?.[WORKLOAD];
      const workload = workloads.find((each) => each.name === name);
      if (workload === undefined) {
        return [{ workload: `${metadata?.namespace ?? ""}/${claim}`, volume: claim, backupHours: undefined }];
      }
      // A set's claims are named `<volume>-<set>-<number>`; what is not kept can be fetched again.
      const volume = workload.volumes.find((each) => claim.startsWith(`${each.name}-${workload.name}-`));
      return volume === undefined
        ? []
        : [{ workload: workload.name, volume: volume.name, backupHours: volume.backupHours }];
    });
}

function hostsOf({ spec }: V1PersistentVolume): string[] {
  const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return terms.flatMap(({ matchExpressions = [] }) => matchExpressions.flatMap(({ values = [] }) => values));
}

/** @param hasOther Whether another node of the pool takes the pods that leave. */
export function blockedIn(
  budgets: readonly V1PodDisruptionBudget[],
  pods: readonly V1Pod[],
  hasOther: boolean,
): BlockedBudget[] {
  return budgets.flatMap(({ metadata, spec, status }): BlockedBudget[] => {
    const wanted = Object.entries(spec?.selector?.matchLabels ?? {});
    const own = pods.filter(
      (pod) =>
        keepsNode(pod) &&
        pod.metadata?.namespace === metadata?.namespace &&
        wanted.every(([key, value]) => pod.metadata?.labels?.[key] === value),
    );
    const allowed = status?.disruptionsAllowed ?? 0;
    const blocked = allowed === 0 ? own : hasOther ? [] : own.slice(allowed);
    const namespace = metadata?.namespace ?? "";
    return blocked.map((pod) => ({
      budget: `${namespace}/${metadata?.name ?? ""}`,
      pod: `${namespace}/${pod.metadata?.name ?? ""}`,
    }));
  });
}
