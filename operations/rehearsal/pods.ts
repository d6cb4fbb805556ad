import type { Cluster, Controller, Event, Pod, Run } from "./cluster.ts";
import type { PodReport } from "./report.ts";

/** Every pod with its node or the reason why it has none, the ones that could not even be made among them. */
export function podReports(cluster: Cluster): PodReport[] {
  const made = cluster.pods.map((pod): PodReport => {
    const { metadata, spec, status } = pod;
    return {
      ...ownerOf(metadata),
      name: metadata.name,
      node: spec.nodeName ?? null,
      phase: status.phase === "Unknown" ? "Failed" : status.phase,
      reason: troubleOf(pod),
    };
  });
  const missing = cluster.controllers.flatMap((controller) => {
    const owner = { ...controller.metadata, labels: controller.spec.template.metadata.labels };
    const held = heldFor(controller, cluster.runs);
    const reason = held ?? refusalOf(controller, cluster.events);
    const count = held === undefined ? missingPods(controller) : (controller.spec.parallelism ?? 1);
    return Array.from({ length: count }, (): PodReport => {
      return { ...ownerOf(owner), name: controller.metadata.name, node: null, phase: "NotCreated", reason };
    });
  });
  return [...made, ...missing].sort((a, b) => compare(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`));
}

/** Whether nothing is under way any more: each pod runs, has ended or was told why it can not start. */
export function isSettled(cluster: Cluster): boolean {
  const judged = cluster.pods.every(
    ({ status }) =>
      status.phase === "Succeeded" ||
      status.phase === "Failed" ||
      status.conditions.some(({ type, status: value }) => type === "Ready" && value === "True") ||
      status.conditions.some(
        ({ type, status: value, reason }) => type === "PodScheduled" && value === "False" && FINAL.has(reason),
      ),
  );
  const made = cluster.controllers.every((controller) => {
    const held = heldFor(controller, cluster.runs);
    if (held !== undefined) return held !== "";
    return missingPods(controller) === 0 || refusalOf(controller, cluster.events) !== "";
  });
  return judged && made;
}

/** Other reasons of the scheduler, such as a conflict with another writer, are tried again at once. */
const FINAL = new Set(["Unschedulable", "SchedulingGated"]);

function ownerOf({ namespace, labels }: Pod["metadata"]): Pick<PodReport, "namespace" | "workload" | "pool"> {
  return { namespace, workload: labels["splitfleet/workload"] ?? "", pool: labels["splitfleet/pool"] ?? "" };
}

function troubleOf({ spec, status }: Pod): string {
  const ready = status.conditions.some(({ type, status: value }) => type === "Ready" && value === "True");
  if (ready || status.phase === "Succeeded") return "";
  const unscheduled = status.conditions.find(({ type, status: value }) => type === "PodScheduled" && value === "False");
  if (unscheduled !== undefined) return unscheduled.message;
  if (status.phase === "Failed") return status.message === "" ? "it has failed" : status.message;
  const waiting = status.containerStatuses.flatMap(({ state }) => state.waiting ?? []).at(0);
  if (waiting !== undefined) return [waiting.reason, waiting.message].filter((part) => part !== "").join(": ");
  return spec.nodeName === undefined ? "the scheduler has not seen it yet" : "it is not ready";
}

/** Pods that a controller should have made and has not. */
function missingPods({ kind, spec, status }: Controller): number {
  switch (kind) {
    case "ReplicaSet":
    case "StatefulSet":
      return Math.max(0, (spec.replicas ?? 1) - status.replicas);
    case "DaemonSet":
      return Math.max(0, status.desiredNumberScheduled - status.currentNumberScheduled);
    case "Job": {
      const ended = status.conditions.some(
        ({ type, status: value }) => (type === "Complete" || type === "Failed") && value === "True",
      );
      if (ended || spec.suspend) return 0;
      const left = (spec.completions ?? 1) - status.succeeded;
      return Math.max(0, Math.min(left, spec.parallelism ?? 1) - status.active);
    }
  }
}

/** Why Kueue holds a Job back; empty where it has not said, undefined for what it does not hold. */
function heldFor({ kind, metadata, spec }: Controller, runs: readonly Run[]): string | undefined {
  if (kind !== "Job" || !spec.suspend) return undefined;
  const own = runs.find((run) => run.metadata.ownerReferences.some(({ uid }) => uid === metadata.uid));
  if (own === undefined) return undefined;
  const { status, message } = own.status.conditions.find(({ type }) => type === "QuotaReserved") ?? {};
  return status === "False" ? message : "";
}

/** Why the API server refuses a controller's pods; empty where it has not said. */
function refusalOf({ metadata, kind, spec, status }: Controller, events: readonly Event[]): string {
  const refusals = events.filter(
    ({ involvedObject, type, reason }) =>
      involvedObject.uid === metadata.uid && type === "Warning" && reason === "FailedCreate",
  );
  const last = refusals.toSorted((a, b) => compare(timeOf(a), timeOf(b))).at(-1);
  if (last !== undefined) return wordsOfApi(last.message);
  const inOrder = kind === "StatefulSet" && spec.podManagementPolicy !== "Parallel" && status.replicas > 0;
  return inOrder ? "its StatefulSet waits until the pod before it is ready" : "";
}

/** Controllers put words of their own before those of the API server. */
const wordsOfApi = (message: string): string => /pods "[^]*/.exec(message)?.[0] ?? message;

const timeOf = ({ lastTimestamp, eventTime }: Event): string => lastTimestamp ?? eventTime ?? "";
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
