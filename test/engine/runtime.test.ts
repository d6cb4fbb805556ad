import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eraseInCluster } from "../../operations/erase/erase-in-cluster.ts";
import type { SimulatedNode } from "../../sandbox/control-plane/nodes.ts";
import { startNodes } from "../../sandbox/control-plane/start-nodes.ts";
import { type ControlPlane, startControlPlane } from "../../sandbox/control-plane/start.ts";
import { type KubernetesObject, objectsOf } from "../../sandbox/network-policy/manifests.ts";
import { resolveTools } from "../../sandbox/toolchain/resolve.ts";
import { CONTROL_PLANE_TOOLS } from "../../sandbox/toolchain/tools.ts";
import { cloudnativePg } from "../../sandbox/twin/kinds/kubernetes/operators/cloudnative-pg.ts";
import { keda } from "../../sandbox/twin/kinds/kubernetes/operators/keda.ts";
import { vaultSecretsOperator } from "../../sandbox/twin/kinds/kubernetes/operators/vault-secrets-operator.ts";
import { select, textAt } from "../../sandbox/twin/protocol/paths.ts";
import { isObject, type Properties } from "../../sandbox/twin/protocol/values.ts";
import { ApiServer } from "../../sandbox/twin/kinds/kubernetes/api-server.ts";
import { operatedShapes, shapes } from "../shapes.ts";
import { rowsOfTeams } from "../teams.ts";

const folder = mkdtempSync(join(tmpdir(), "splitfleet-runtime-"));
let controlPlane: ControlPlane;
let api: ApiServer;

beforeAll(async () => {
  const tools = await resolveTools(CONTROL_PLANE_TOOLS);
  controlPlane = await startControlPlane({ folder: join(folder, "control-plane"), environment: "runtime", tools });
  const nodes = [node("runtime-inference-1", "inference", []), node("runtime-burst-1", "burst", [TAINT])];
  await startNodes(controlPlane, nodes, { kwok: tools.kwok });
  api = await ApiServer.fromKubeconfig(controlPlane.kubeconfig);
}, 600_000);
afterAll(async () => {
  await controlPlane.stop();
  rmSync(folder, { recursive: true });
});

const TAINT = { key: "splitfleet/burst", value: "true", effect: "NoSchedule" } as const;

function node(name: string, pool: string, taints: SimulatedNode["taints"]): SimulatedNode {
  const resources = { cpu: 8, memoryMiB: 8192, ephemeralStorageMiB: 300_000, gpus: 0, pods: 110 };
  return {
    name,
    pool,
    providerId: `splitfleet://runtime/${name}`,
    privateAddress: undefined,
    architecture: "amd64",
    kubeletVersion: "v1.36.2+k3s1",
    capacity: resources,
    allocatable: resources,
    labels: { "splitfleet/pool": pool, "kubernetes.io/hostname": name },
    taints,
  };
}

/** Kinds that others refer to come first. */
const ORDER = ["Namespace", "PriorityClass", "ServiceAccount", "ClusterRole", "ConfigMap"];
const rank = ({ kind }: KubernetesObject): number => {
  const index = ORDER.indexOf(kind);
  return index < 0 ? ORDER.length : index;
};
const CLASS = {
  apiVersion: "scheduling.k8s.io/v1",
  kind: "PriorityClass",
  metadata: { name: "production" },
  value: 1000,
};

test("the API server takes every shape as it is written, and its pods are admitted, placed and run", async () => {
  const rendered = objectsOf(await rowsOfTeams(shapes));
  const objects = [CLASS, ...rendered].toSorted((left, right) => rank(left) - rank(right));
  for (const object of objects) await api.apply(object as Properties, { force: true });
  const expected = {
    "splitfleet-nodes": ["agent on runtime-burst-1", "agent on runtime-inference-1"],
    "team-data": [
      "crawler on runtime-inference-1",
      "database on runtime-inference-1",
      "ledger on runtime-inference-1",
      "ledger on runtime-inference-1",
      "ledger-migrate on runtime-inference-1",
      "store on runtime-inference-1",
    ],
    "team-edge": ["mailer on runtime-inference-1"],
    "team-platform": ["proxy on runtime-inference-1", "watcher on runtime-inference-1"],
  };
  const namespaces = Object.keys(expected);
  const seen = async () =>
    Object.fromEntries(await Promise.all(namespaces.map(async (namespace) => [namespace, await running(namespace)])));
  await expect.poll(seen, { timeout: 30_000, interval: 200 }).toEqual(expected);
});

test("who asks for a copy or an erasure gets a pod of its template, beside the pod that has the volume", async () => {
  for (const name of ["ledger-data-backup-1", "ledger-erase"]) {
    const cronJob = await api.get({ apiVersion: "batch/v1", kind: "CronJob", namespace: "team-data", name });
    const [spec] = select(cronJob ?? {}, "spec.jobTemplate.spec").map(({ value }) => value);
    const metadata = { name: `${name}-now`, namespace: "team-data" };
    await api.apply({ apiVersion: "batch/v1", kind: "Job", metadata, spec: spec ?? null });
  }
  const seen = async () => (await running("team-data")).filter((pod) => /backup|erase/.test(pod));
  await expect
    .poll(seen, { timeout: 30_000, interval: 200 })
    .toEqual(["ledger-data-backup-1 on runtime-inference-1", "ledger-erase on runtime-inference-1"]);
});

test("an erasure runs to its end, and leaves neither its Job nor the Secret with the person's id", async () => {
  const options = { deadlineSeconds: 60, signal: AbortSignal.timeout(30_000) };
  expect(await eraseInCluster(api, "ledger-erase", "person-7", options)).toBeUndefined();
  const left = async () => {
    const secrets = await api.list({ apiVersion: "v1", kind: "Secret", namespace: "team-data" });
    const jobs = await api.list({ apiVersion: "batch/v1", kind: "Job", namespace: "team-data" });
    return [...secrets, ...jobs]
      .map((object) => textAt(object, "metadata.name"))
      .filter((name) => name?.match(/-erase-(?!now)/));
  };
  await expect.poll(left, { timeout: 20_000, interval: 200 }).toEqual([]);
});

const CUSTOM = ["Cluster", "ScaledObject", "TriggerAuthentication", "VaultAuth", "VaultStaticSecret"];

test("custom resources fit the definitions of their operators", async () => {
  for (const operator of [cloudnativePg, keda, vaultSecretsOperator]) {
    for (const definition of await operator.definitions()) await api.apply(definition);
  }
  const rendered = objectsOf(await rowsOfTeams(operatedShapes));
  const custom = rendered.filter(({ kind }) => CUSTOM.includes(kind));
  expect(custom.map(({ kind }) => kind).toSorted()).toEqual([
    "Cluster",
    "ScaledObject",
    "ScaledObject",
    "TriggerAuthentication",
    "VaultAuth",
    "VaultStaticSecret",
  ]);
  for (const object of custom) await expect.poll(() => judged(object), { timeout: 30_000 }).toBe("taken");
});

/** What an API server that has just got to know new kinds says of an object. A client keeps what it once discovered. */
async function judged(object: KubernetesObject): Promise<string> {
  const fresh = await ApiServer.fromKubeconfig(controlPlane.kubeconfig);
  return fresh.apply(object as Properties, { dryRun: true }).then(() => "taken", String);
}

/** Pods of a namespace that run or have ended well, by the workload or run they belong to. */
async function running(namespace: string): Promise<string[]> {
  const pods = await api.list({ apiVersion: "v1", kind: "Pod", namespace });
  return pods
    .filter((pod) => ["Running", "Succeeded"].includes(textAt(pod, "status.phase") ?? ""))
    .map((pod) => {
      const labels =
        select(pod, "metadata.labels")
          .map(({ value }) => value)
          .find(isObject) ?? {};
      return `${String(labels["app.kubernetes.io/name"])} on ${textAt(pod, "spec.nodeName") ?? "no node"}`;
    })
    .toSorted();
}
