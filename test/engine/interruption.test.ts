import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startMetadata, type RecordedMetadata } from "../../components/compute/node-config/bundle/testdata/metadata.ts";
import type { SimulatedNode } from "../../sandbox/control-plane/nodes.ts";
import { startNodes } from "../../sandbox/control-plane/start-nodes.ts";
import { type ControlPlane, startControlPlane } from "../../sandbox/control-plane/start.ts";
import { resolveTools } from "../../sandbox/toolchain/resolve.ts";
import { CONTROL_PLANE_TOOLS } from "../../sandbox/toolchain/tools.ts";

const PROGRAM = path.join(import.meta.dirname, "../../components/compute/node-config/bundle/burst/interruption.py");
const NODE = "ip-10-20-0-11";
const OTHER = "ip-10-20-0-12";
const NAMESPACE = "default";

// The watcher of a burst node against a real API server, with the rights of that node's kubelet and no others.
const root = mkdtempSync(path.join(tmpdir(), "splitfleet-interruption-"));
let fleet: ControlPlane;
let core: CoreV1Api;
let kubelet: http.Server;
let metadata: RecordedMetadata;

beforeAll(async () => {
  const tools = await resolveTools(CONTROL_PLANE_TOOLS);
  fleet = await startControlPlane({ folder: path.join(root, "fleet"), environment: "fleet", tools });
  await startNodes(fleet, [node(NODE), node(OTHER)], { kwok: tools.kwok });
  const config = new KubeConfig();
  config.loadFromFile(fleet.kubeconfig);
  core = config.makeApiClient(CoreV1Api);
  kubelet = await asKubelet(config, NODE);
  metadata = await startMetadata({});
}, 120_000);
afterAll(async () => {
  kubelet.close();
  await Promise.all([metadata.close(), fleet.stop()]);
  rmSync(root, { recursive: true });
});

function node(name: string): SimulatedNode {
  const resources = { cpu: 8, memoryMiB: 65_536, ephemeralStorageMiB: 300_000, gpus: 0, pods: 110 };
  return {
    name,
    pool: "burst",
    providerId: `aws:///eu-north-1a/${name}`,
    privateAddress: undefined,
    architecture: "amd64",
    kubeletVersion: "v1.36.2+k3s1",
    capacity: resources,
    allocatable: resources,
    labels: { "splitfleet/pool": "burst", "kubernetes.io/hostname": name },
    taints: [],
  };
}

/** Passes requests on to the API server as those of a node's kubelet, which is what its certificate makes them. */
async function asKubelet(config: KubeConfig, name: string): Promise<http.Server> {
  const cluster = config.getCurrentCluster();
  const token = config.getCurrentUser()?.token;
  if (cluster?.caFile === undefined || token === undefined)
    throw new Error("the kubeconfig names no authority or token");
  const ca = readFileSync(cluster.caFile);
  const impersonated = { "Impersonate-User": `system:node:${name}`, "Impersonate-Group": "system:nodes" };
  const server = http.createServer((request, response) => {
    const headers = {
      ...impersonated,
      authorization: `Bearer ${token}`,
      "content-type": request.headers["content-type"] ?? "application/json",
    };
    const { method, url } = request;
    const passed = https.request(new URL(url ?? "", cluster.server), { method, headers, ca }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, { "content-type": "application/json" });
      answer.pipe(response);
    });
    request.pipe(passed);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** A pod that stays readable after it was deleted, until its finalizer is taken away. */
async function runPod(name: string, nodeName: string): Promise<void> {
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
  await core.createNamespacedPod({
    namespace: NAMESPACE,
    body: {
      metadata: { name, finalizers: ["splitfleet.example.org/read-first"] },
      spec: {
        nodeName,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
        containers: [{ name: "main", image: "example.org/main", securityContext }],
      },
    },
  });
}

/** What says of a pod that it was taken away: a job's failure policy reads it, and counts no failure. */
async function disruptionOf(name: string): Promise<string | undefined> {
  const { metadata: own, status } = await core.readNamespacedPod({ name, namespace: NAMESPACE });
  const flag = status?.conditions?.find(({ type }) => type === "DisruptionTarget");
  return own?.deletionTimestamp === undefined ? undefined : flag?.reason;
}

it("empties its node with the kubelet's own rights, and touches no other", { timeout: 120_000 }, async () => {
  await Promise.all([runPod("train", NODE), runPod("other", OTHER)]);
  metadata.answers = { "spot/instance-action": JSON.stringify({ action: "terminate", time: "2026-11-21T12:02:00Z" }) };
  const api = `http://127.0.0.1:${(kubelet.address() as AddressInfo).port}`;
  const watcher = spawn("python3", [PROGRAM, "--metadata", metadata.url, "--node", NODE, "--api", api], {
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: string[] = [];
  watcher.stderr.on("data", (data: Buffer) => said.push(data.toString("utf8")));
  try {
    await vi.waitFor(async () => expect(await disruptionOf("train"), said.join("")).toBe("EvictionByEvictionAPI"), {
      timeout: 60_000,
      interval: 200,
    });
    await vi.waitFor(async () => expect((await core.readNode({ name: NODE })).spec?.taints ?? []).toHaveLength(1), {
      timeout: 60_000,
      interval: 200,
    });
  } finally {
    watcher.kill();
    await once(watcher, "exit");
  }
  const { metadata: own, spec } = await core.readNode({ name: NODE });
  expect(own?.annotations?.["splitfleet/interruption"]).toBe("terminate at 2026-11-21T12:02:00Z");
  expect(spec?.taints).toMatchObject([{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }]);
  expect(await disruptionOf("other")).toBeUndefined();
  expect((await core.readNode({ name: OTHER })).spec?.unschedulable).toBeUndefined();
});

it("may do nothing to another node: the API server refuses it", async () => {
  const { port } = kubelet.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/api/v1`;
  const answer = await fetch(`${url}/nodes/${OTHER}`, {
    method: "PATCH",
    headers: { "content-type": "application/merge-patch+json" },
    body: JSON.stringify({ spec: { unschedulable: true } }),
  });
  const eviction = await fetch(`${url}/namespaces/${NAMESPACE}/pods/other/eviction`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name: "other", namespace: NAMESPACE },
    }),
  });
  expect([answer.status, eviction.status]).toEqual([403, 403]);
});
