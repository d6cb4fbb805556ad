import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Queues, queuedRun, type QueueTeam } from "../../components/cluster/queues.ts";
import { record } from "../../plan/recorder/record.ts";
import type { SimulatedNode } from "../../sandbox/control-plane/nodes.ts";
import { startKueue } from "../../sandbox/control-plane/start-kueue.ts";
import { startNodes } from "../../sandbox/control-plane/start-nodes.ts";
import { type ControlPlane, startControlPlane } from "../../sandbox/control-plane/start.ts";
import { resolveTools } from "../../sandbox/toolchain/resolve.ts";
import { REHEARSAL_TOOLS } from "../../sandbox/toolchain/tools.ts";
import { ApiServer } from "../../sandbox/twin/kinds/kubernetes/api-server.ts";
import { select, textAt } from "../../sandbox/twin/protocol/paths.ts";
import type { Properties } from "../../sandbox/twin/protocol/values.ts";

// A node with eight GPUs. Research has reserved four of them, reports none; four belong to whoever comes first.
const folder = mkdtempSync(join(tmpdir(), "splitfleet-queues-"));
const resources = { cpu: 96, memoryMiB: 1_000_000, ephemeralStorageMiB: 300_000, gpus: 8, pods: 110 };
const taint = { key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" } as const;
const node: SimulatedNode = {
  name: "queued-burst-1",
  pool: "burst",
  providerId: "splitfleet://queued/burst-1",
  privateAddress: undefined,
  architecture: "amd64",
  kubeletVersion: "v1.36.2+k3s1",
  capacity: resources,
  allocatable: resources,
  labels: { "splitfleet/pool": "burst" },
  taints: [taint],
};
let controlPlane: ControlPlane;
let server: ApiServer;

beforeAll(async () => {
  const tools = await resolveTools(REHEARSAL_TOOLS);
  controlPlane = await startControlPlane({ folder, environment: "queued", tools });
  await startNodes(controlPlane, [node], { kwok: tools.kwok, times: { job: 120_000 } });
  await startKueue(controlPlane, tools.kueue);
  server = await ApiServer.fromKubeconfig(controlPlane.kubeconfig);
  const limit = { cpu: 96, memoryMiB: 1_000_000, gpus: 6 };
  for (const manifest of await manifests({
    research: { shares: { burst: 0.5 }, limit },
    reports: { shares: {}, limit },
  }))
    await server.apply(manifest);
});
afterAll(async () => {
  await controlPlane.stop();
  rmSync(folder, { recursive: true });
});

/** What the component declares, in the order in which it does. */
async function manifests(teams: Record<string, Omit<QueueTeam, "namespace">>): Promise<Properties[]> {
  const { rows } = await record({ name: "queued", config: {}, secretKeys: [] }, () => {
    const provider = new kubernetes.Provider("kubernetes", {});
    const entries = Object.entries(teams).map(([team, rest]) => [team, { ...rest, namespace: team }] as const);
    const pools = { burst: { room: resources, taints: [taint] } };
    const args = { cohort: "queued", pools, teams: Object.fromEntries(entries), labels: {} };
    new Queues("queues", args, { providers: [provider] });
    return Promise.resolve({});
  });
  const namespaces = Object.keys(teams).map((name) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: { "splitfleet/team": name } },
  }));
  const order = ["WorkloadPriorityClass", "ResourceFlavor", "Cohort", "ClusterQueue", "LocalQueue"];
  const made = rows.filter(({ type }) => type.startsWith("kubernetes:kueue")).map(({ inputs }) => inputs as Properties);
  made.sort((a, b) => order.indexOf(String(a["kind"])) - order.indexOf(String(b["kind"])));
  return [...namespaces, ...made];
}

/** A run that asks for GPUs, as the runtime declares it. */
async function run(
  namespace: string,
  name: string,
  gpus: number,
  form: "batch" | "scheduled" = "batch",
): Promise<void> {
  const { labels = {}, suspend = true } = queuedRun(form) ?? {};
  const amounts = { cpu: "1", memory: "1Gi", "nvidia.com/gpu": String(gpus) };
  const container = { name: "main", image: "example.org/main", resources: { requests: amounts, limits: amounts } };
  await server.apply({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { namespace, name, labels },
    spec: {
      suspend,
      template: {
        spec: {
          restartPolicy: "Never",
          nodeSelector: { "splitfleet/pool": "burst" },
          tolerations: [{ key: taint.key, operator: "Exists" }],
          containers: [container],
        },
      },
    },
  });
}

const suspended = async (namespace: string, name: string): Promise<unknown> =>
  select((await server.get({ apiVersion: "batch/v1", kind: "Job", namespace, name })) ?? {}, "spec.suspend")[0]?.value;

/** Why a run is not let on, in Kueue's own words. */
async function reasonOf(namespace: string, name: string): Promise<string> {
  const workloads = await server.list({ apiVersion: "kueue.x-k8s.io/v1beta2", kind: "Workload", namespace });
  const isOwn = (workload: Properties) => select(workload, "metadata.ownerReferences[*].name")[0]?.value === name;
  const own = workloads.find(isOwn);
  const conditions = select(own ?? {}, "status.conditions[*]").map(({ value }) => value as Properties);
  return String(conditions.find(({ type }) => type === "QuotaReserved")?.["message"] ?? "");
}

/** Waits until Kueue says of a run that its quota lacks as many GPUs. */
async function heldFor(namespace: string, name: string, gpus: number): Promise<void> {
  const reason =
    "couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor burst, " +
    `${gpus} more needed`;
  await expect.poll(() => reasonOf(namespace, name), { timeout: 15_000 }).toBe(reason);
}

/** Waits until Kueue has decided on a run. */
async function decided(namespace: string, name: string, admitted: boolean): Promise<void> {
  await expect.poll(() => suspended(namespace, name), { timeout: 15_000 }).toBe(!admitted);
}

describe("Kueue's own controller", () => {
  it("lets a team borrow what others leave unused, up to its own limit, and holds what goes beyond it", async () => {
    await run("reports", "first", 6);
    await decided("reports", "first", true);
    await run("reports", "second", 1);
    await heldFor("reports", "second", 1);
    expect(await suspended("reports", "second")).toBe(true);
  });

  it("gives a team back what it has reserved: the run that had borrowed it waits again", async () => {
    await run("research", "nightly", 4, "scheduled");
    await decided("research", "nightly", true);
    await decided("reports", "first", false);
    await decided("reports", "second", true);
  });

  it("lets a run that was asked for go before one that comes by itself", async () => {
    await run("research", "training", 4);
    await decided("research", "training", true);
    await decided("research", "nightly", false);
  });

  it("judges queues by its own webhooks", async () => {
    const spec = { preemption: { reclaimWithinCohort: "Never", borrowWithinCohort: { policy: "LowerPriority" } } };
    const queue = { apiVersion: "kueue.x-k8s.io/v1beta2", kind: "ClusterQueue", metadata: { name: "wrong" }, spec };
    await expect(server.apply(queue)).rejects.toThrow(
      "spec.preemption: Invalid value: reclaimWithinCohort=Never and borrowWithinCohort.Policy!=Never",
    );
  });

  it("keeps what one version of its objects says in the other", async () => {
    const queue = { apiVersion: "kueue.x-k8s.io/v1beta1", kind: "ClusterQueue", name: "research" };
    expect(textAt((await server.get(queue)) ?? {}, "spec.cohort")).toBe("queued");
  });
});
