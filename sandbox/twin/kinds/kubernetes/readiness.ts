import { select, textAt } from "../../protocol/paths.ts";
import { isObject, type Properties, type Value } from "../../protocol/values.ts";
import type { Query } from "./api-server.ts";

/** How far an object is. */
export type Verdict =
  | { readonly state: "ready" }
  /** @param why What is missing, such as `1 of 2 replicas are available`. */
  | { readonly state: "waiting"; readonly why: string }
  /** It never will be. */
  | { readonly state: "failed"; readonly why: string };

/** When objects of one kind can be used, as the provider itself decides it. */
export interface Readiness {
  /** What must be listed beside the object. */
  readonly beside?: (object: Properties) => Query;
  readonly judge: (object: Properties, beside: readonly Properties[]) => Verdict;
  /** The pods that say more about why it is not. */
  readonly pods?: (object: Properties) => Query | undefined;
}

const READY: Verdict = { state: "ready" };
const waiting = (why: string): Verdict => ({ state: "waiting", why });

/** By `apiVersion/kind`; what is absent can be used at once. */
export const READINESS: Readonly<Record<string, Readiness>> = {
  "apps/v1/Deployment": { judge: deployment, pods: selectedPods },
  "apps/v1/StatefulSet": { judge: statefulSet, pods: selectedPods },
  "apps/v1/DaemonSet": { judge: daemonSet, pods: selectedPods },
  "batch/v1/Job": { judge: job, pods: selectedPods },
  "v1/Pod": { judge: pod },
  "v1/Service": { judge: service, beside: endpointSlices },
  "v1/PersistentVolumeClaim": {
    judge: volumeClaim,
    beside: () => ({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass" }),
  },
  "v1/ResourceQuota": { judge: resourceQuota },
  "apiextensions.k8s.io/v1/CustomResourceDefinition": { judge: customResourceDefinition },
};

function deployment(object: Properties): Verdict {
  const wanted = numberAt(object, "spec.replicas", 1);
  const updated = numberAt(object, "status.updatedReplicas");
  const available = numberAt(object, "status.availableReplicas");
  const old = numberAt(object, "status.replicas") - updated;
  if (!isObserved(object)) return waiting("its controller has not seen it yet");
  if (updated === wanted && old === 0 && available === wanted) return READY;
  const failure = ["ReplicaFailure", "Progressing"].flatMap((type) => {
    const condition = conditionOf(object, type);
    const bad = condition?.["status"] === (type === "ReplicaFailure" ? "True" : "False");
    return bad ? [String(condition["message"])] : [];
  });
  const replaced = old > 0 ? [`${old} old ${old === 1 ? "pod is" : "pods are"} still there`] : [];
  return waiting([`${available} of ${wanted} replicas are available`, ...replaced, ...failure].join("; "));
}

function statefulSet(object: Properties): Verdict {
  const wanted = numberAt(object, "spec.replicas", 1);
  const ready = numberAt(object, "status.readyReplicas");
  if (!isObserved(object)) return waiting("its controller has not seen it yet");
  const rolled =
    textAt(object, "spec.updateStrategy.type") === "OnDelete" ||
    textAt(object, "status.currentRevision") === textAt(object, "status.updateRevision");
  if (ready === wanted && numberAt(object, "status.replicas") === wanted && rolled) return READY;
  return waiting(`${ready} of ${wanted} replicas are ready${rolled ? "" : "; not all have the new revision"}`);
}

function daemonSet(object: Properties): Verdict {
  const wanted = numberAt(object, "status.desiredNumberScheduled");
  const available = numberAt(object, "status.numberAvailable");
  if (!isObserved(object)) return waiting("its controller has not seen it yet");
  const updated = numberAt(object, "status.updatedNumberScheduled");
  if (available === wanted && updated === wanted) return READY;
  return waiting(`it is available on ${available} of ${wanted} nodes`);
}

function job(object: Properties): Verdict {
  if (conditionOf(object, "Complete")?.["status"] === "True") return READY;
  const failed = conditionOf(object, "Failed");
  if (failed?.["status"] === "True") return { state: "failed", why: because(failed) };
  const suspended = conditionOf(object, "Suspended")?.["status"] === "True";
  if (suspended) return waiting("it is suspended");
  const wanted = numberAt(object, "spec.completions", 1);
  return waiting(`${numberAt(object, "status.succeeded")} of ${wanted} pods have completed`);
}

function pod(object: Properties): Verdict {
  const trouble = podTrouble(object);
  return trouble === undefined ? READY : waiting(trouble);
}

function service(object: Properties, slices: readonly Properties[]): Verdict {
  const type = textAt(object, "spec.type");
  if (type === "ExternalName") return READY;
  if (type === "LoadBalancer" && select(object, "status.loadBalancer.ingress[*]").length === 0) {
    return waiting("no address was allocated to it");
  }
  if (textAt(object, "spec.clusterIP") === "None") return READY;
  const endpoints = slices.flatMap((slice) => select(slice, "endpoints[*].conditions"));
  const serving = endpoints.some(({ value }) => isObject(value) && value["ready"] !== false);
  return serving ? READY : waiting("it leads to no pod: those that it selects are not ready, or it selects none");
}

function volumeClaim(object: Properties, classes: readonly Properties[]): Verdict {
  const phase = textAt(object, "status.phase") ?? "Pending";
  const name = textAt(object, "spec.storageClassName");
  const ofClaim = classes.find((each) => textAt(each, "metadata.name") === name);
  const lazy = ofClaim !== undefined && textAt(ofClaim, "volumeBindingMode") === "WaitForFirstConsumer";
  if (phase === "Bound" || (lazy && phase === "Pending")) return READY;
  const source = name === undefined ? " and no storage class is the default" : ` with storage class ${name}`;
  return waiting(`it is ${phase}${source}`);
}

function resourceQuota(object: Properties): Verdict {
  const hard = JSON.stringify(sorted(select(object, "spec.hard")[0]?.value));
  const counted = JSON.stringify(sorted(select(object, "status.hard")[0]?.value));
  return hard === counted ? READY : waiting("its use has not been counted yet");
}

function customResourceDefinition(object: Properties): Verdict {
  const unmet = ["NamesAccepted", "Established"].find((type) => conditionOf(object, type)?.["status"] !== "True");
  if (unmet === undefined) return READY;
  const condition = conditionOf(object, unmet);
  return waiting(`it is not ${unmet}${condition === undefined ? "" : `: ${String(condition["message"])}`}`);
}

/** Why a pod is not ready, where it can be in the words of the scheduler or the node; undefined where it is. */
export function podTrouble(object: Properties): string | undefined {
  const done = textAt(object, "status.phase") === "Succeeded";
  if (done || conditionOf(object, "Ready")?.["status"] === "True") return undefined;
  const scheduled = conditionOf(object, "PodScheduled");
  if (scheduled?.["status"] === "False") return because(scheduled);
  const stuck = ["initContainerStatuses", "containerStatuses"]
    .flatMap((list) => select(object, `status.${list}[*].state.waiting`))
    .map(({ value }) => value)
    .find(isObject);
  if (stuck !== undefined) return because(stuck);
  const node = textAt(object, "spec.nodeName");
  return node === undefined ? "the scheduler has not seen it yet" : `it is not ready on node ${node}`;
}

/** Pods that the object's own selector selects. */
function selectedPods(object: Properties): Query | undefined {
  const labels = select(object, "spec.selector.matchLabels")[0]?.value;
  const namespace = textAt(object, "metadata.namespace");
  if (!isObject(labels) || namespace === undefined) return undefined;
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(",");
  return { apiVersion: "v1", kind: "Pod", namespace, selectors: { labelSelector } };
}

function endpointSlices(object: Properties): Query {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    namespace: textAt(object, "metadata.namespace") ?? "default",
    selectors: { labelSelector: `kubernetes.io/service-name=${textAt(object, "metadata.name") ?? ""}` },
  };
}

function isObserved(object: Properties): boolean {
  return numberAt(object, "status.observedGeneration") >= numberAt(object, "metadata.generation");
}

function conditionOf(object: Properties, type: string): Properties | undefined {
  return select(object, "status.conditions[*]")
    .map(({ value }) => value)
    .filter(isObject)
    .find((condition) => condition["type"] === type);
}

function numberAt(object: Properties, path: string, otherwise = 0): number {
  const value = select(object, path)[0]?.value;
  return typeof value === "number" ? value : otherwise;
}

/** Reason and message of a condition, or of the state of a container. */
function because({ reason, message }: Properties): string {
  return [reason, message].filter((part) => typeof part === "string" && part !== "").join(": ");
}

function sorted(value: Value | undefined): [string, Value][] {
  return isObject(value) ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) : [];
}
