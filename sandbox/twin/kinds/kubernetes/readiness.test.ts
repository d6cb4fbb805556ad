import { expect, test } from "vitest";
import type { Properties } from "../../protocol/values.ts";
import { podTrouble, READINESS, type Verdict } from "./readiness.ts";

function judge(type: string, object: Properties, beside: readonly Properties[] = []): Verdict | undefined {
  return READINESS[type]?.judge(object, beside);
}

const condition = (type: string, status: string, message = "", reason = `${type}Reason`): Properties => ({
  type,
  status,
  message,
  reason,
});
const waiting = (why: string): Verdict => ({ state: "waiting", why });
const ready: Verdict = { state: "ready" };

const rolledOut = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

test.each<[string, Properties, Verdict]>([
  ["is available and rolled out", rolledOut, ready],
  ["has not been seen", { ...rolledOut, observedGeneration: 1 }, waiting("its controller has not seen it yet")],
  [
    "has an old pod left",
    { ...rolledOut, replicas: 3 },
    waiting("2 of 2 replicas are available; 1 old pod is still there"),
  ],
  [
    "may not create its pods",
    { observedGeneration: 2, conditions: [condition("ReplicaFailure", "True", 'pods "a" is forbidden')] },
    waiting('0 of 2 replicas are available; pods "a" is forbidden'),
  ],
  [
    "makes no progress",
    { ...rolledOut, availableReplicas: 1, conditions: [condition("Progressing", "False", "has timed out")] },
    waiting("1 of 2 replicas are available; has timed out"),
  ],
])("a deployment that %s", (_title, status, expected) => {
  expect(judge("apps/v1/Deployment", { metadata: { generation: 2 }, spec: { replicas: 2 }, status })).toEqual(expected);
});

test("a stateful set needs its replicas ready and of one revision", () => {
  const status = { observedGeneration: 1, replicas: 1, readyReplicas: 1, currentRevision: "a", updateRevision: "a" };
  const metadata = { generation: 1 };
  const object = (changes: Properties): Properties => ({ metadata, spec: {}, status: { ...status, ...changes } });
  expect(judge("apps/v1/StatefulSet", object({}))).toEqual(ready);
  expect(judge("apps/v1/StatefulSet", object({ readyReplicas: 0 }))).toEqual(waiting("0 of 1 replicas are ready"));
  expect(judge("apps/v1/StatefulSet", object({ updateRevision: "b" }))).toEqual(
    waiting("1 of 1 replicas are ready; not all have the new revision"),
  );
});

test("a job is waited for until it completes, and given up when it fails", () => {
  const spec = { completions: 3 };
  const job = (...conditions: Properties[]): Properties => ({ spec, status: { succeeded: 1, conditions } });
  expect(judge("batch/v1/Job", job(condition("Complete", "True")))).toEqual(ready);
  expect(judge("batch/v1/Job", job())).toEqual(waiting("1 of 3 pods have completed"));
  expect(judge("batch/v1/Job", job(condition("Suspended", "True")))).toEqual(waiting("it is suspended"));
  expect(judge("batch/v1/Job", job(condition("Failed", "True", "it has reached its backoff limit")))).toEqual({
    state: "failed",
    why: "FailedReason: it has reached its backoff limit",
  });
});

test("a service is ready once it leads to a pod that serves", () => {
  const slice = (isReady: boolean): Properties => ({ endpoints: [{ conditions: { ready: isReady } }] });
  const none = waiting("it leads to no pod: those that it selects are not ready, or it selects none");
  const service = { spec: { type: "ClusterIP", clusterIP: "10.43.0.7" } };
  expect(judge("v1/Service", service, [slice(false)])).toEqual(none);
  expect(judge("v1/Service", service, [slice(false), slice(true)])).toEqual(ready);
  expect(judge("v1/Service", { spec: { clusterIP: "None" } })).toEqual(ready);
  expect(judge("v1/Service", { spec: { type: "ExternalName" } })).toEqual(ready);
  expect(judge("v1/Service", { spec: { type: "LoadBalancer" } })).toEqual(waiting("no address was allocated to it"));
});

test("a claim may stay pending only where its class binds it to the first pod", () => {
  const claim = { spec: { storageClassName: "local-path" }, status: { phase: "Pending" } };
  const lazy = { metadata: { name: "local-path" }, volumeBindingMode: "WaitForFirstConsumer" };
  expect(judge("v1/PersistentVolumeClaim", claim, [lazy])).toEqual(ready);
  expect(judge("v1/PersistentVolumeClaim", claim)).toEqual(waiting("it is Pending with storage class local-path"));
  expect(judge("v1/PersistentVolumeClaim", { status: { phase: "Bound" } })).toEqual(ready);
  expect(judge("v1/PersistentVolumeClaim", {})).toEqual(waiting("it is Pending and no storage class is the default"));
});

test("a definition must be established, a quota counted", () => {
  const definition = (...conditions: Properties[]): Properties => ({ status: { conditions } });
  const crd = "apiextensions.k8s.io/v1/CustomResourceDefinition";
  expect(judge(crd, definition())).toEqual(waiting("it is not NamesAccepted"));
  const accepted = condition("NamesAccepted", "True");
  expect(judge(crd, definition(accepted, condition("Established", "False", "names are accepted")))).toEqual(
    waiting("it is not Established: names are accepted"),
  );
  expect(judge(crd, definition(accepted, condition("Established", "True")))).toEqual(ready);
  const hard = { pods: "10", "limits.memory": "1Gi" };
  const counted = { "limits.memory": "1Gi", pods: "10" };
  expect(judge("v1/ResourceQuota", { spec: { hard }, status: { hard: counted } })).toEqual(ready);
  expect(judge("v1/ResourceQuota", { spec: { hard } })).toEqual(waiting("its use has not been counted yet"));
});

test.each<[string, Properties, string | undefined]>([
  ["is ready", { status: { conditions: [condition("Ready", "True")] } }, undefined],
  ["has completed", { status: { phase: "Succeeded" } }, undefined],
  [
    "fits nowhere",
    { status: { conditions: [condition("PodScheduled", "False", "0/2 nodes are available", "Unschedulable")] } },
    "Unschedulable: 0/2 nodes are available",
  ],
  [
    "waits for its image",
    { status: { containerStatuses: [{ state: { waiting: { reason: "ImagePullBackOff" } } }] } },
    "ImagePullBackOff",
  ],
  ["starts", { spec: { nodeName: "a" }, status: { phase: "Pending" } }, "it is not ready on node a"],
  ["is new", { status: { phase: "Pending" } }, "the scheduler has not seen it yet"],
])("a pod that %s", (_title, pod, expected) => {
  expect(podTrouble(pod)).toEqual(expected);
});

test("pods are looked up by the selector of their owner", () => {
  const owner = { metadata: { namespace: "team-a" }, spec: { selector: { matchLabels: { app: "a", part: "b" } } } };
  expect(READINESS["apps/v1/Deployment"]?.pods?.(owner)).toEqual({
    apiVersion: "v1",
    kind: "Pod",
    namespace: "team-a",
    selectors: { labelSelector: "app=a,part=b" },
  });
});
