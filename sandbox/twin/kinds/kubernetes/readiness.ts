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
  "v1/PersistentVolumeClaim": { judge: volumeClaim, beside: () => ({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass" }) },
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
  if (failed?.["status"] === "True") return { state: "failed", why: `${text(failed, "reason")}: ${text(failed, "message")}` };
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
  return waiting(`it is ${phase}${name === undefined ? " and no storage class is the default" : ` with storage class ${name}`}`);
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
  return waiting(`it is not ${unmet}${condition === undefined ? "" : `: ${text(condition, "message")}`}`);
}

/** Why a pod is not ready, where it can be in the words of the scheduler or the node; undefined where it is. */
export function podTrouble(object: Properties): string | undefined {
  if (textAt(object, "status.phase") === "Succeeded" || conditionOf(object, "Ready")?.["status"] === "True") return undefined;
  const scheduled = conditionOf(object, "PodScheduled");
  if (scheduled?.["status"] === "False") return `${text(scheduled, "reason")}: ${text(scheduled, "message")}`;
  const states = ["initContainerStatuses", "containerStatuses"].flatMap((list) => select(object, `status.${list}[*].state.waiting`));
  const stuck = states.map(({ value }) => value).find(isObject);
  if (stuck !== undefined) return [text(stuck, "reason"), text(stuck, "message")].filter((part) => part !== "").join(": ");
  const node = textAt(object, "spec.nodeName");
  return node === undefined ? "the scheduler has not seen it yet" : `it is not ready on node ${node}`;
}

/** Pods that the object's own selector selects. */
function selectedPods(object: Properties): Query | undefined {
  const labels = select(object, "spec.selector.matchLabels")[0]?.value;
  const namespace = textAt(object, "metadata.namespace");
  if (!isObject(labels) || namespace === undefined) return undefined;
  const labelSelector = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`).join(",");
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

function text(object: Properties, key: string): string {
  const value = object[key];
  return typeof value === "string" ? value : "";
}

function sorted(value: Value | undefined): [string, Value][] {
  return isObject(value) ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) : [];
}
