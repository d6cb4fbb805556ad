import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ApiException, BatchV1Api, CoreV1Api, KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SimulatedNode } from "../../sandbox/control-plane/nodes.ts";
import { startNodes } from "../../sandbox/control-plane/start-nodes.ts";
import { type ControlPlane, startControlPlane } from "../../sandbox/control-plane/start.ts";
import { isRunning } from "../../sandbox/session/process.ts";
import { type ResolvedTool, resolveTools } from "../../sandbox/toolchain/resolve.ts";
import { CONTROL_PLANE_TOOLS } from "../../sandbox/toolchain/tools.ts";
import { descendants, survivors } from "./processes.ts";

const RUN = fileURLToPath(new URL("run-control-plane.ts", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "splitfleet-control-plane-"));
let tools: Record<(typeof CONTROL_PLANE_TOOLS)[number], ResolvedTool>;
let readyMs: number;
let fleet: ControlPlane;
let other: ControlPlane;

beforeAll(async () => {
  tools = await resolveTools(CONTROL_PLANE_TOOLS);
  const begin = performance.now();
  [fleet, other] = await Promise.all([start("fleet"), start("other")]);
  readyMs = performance.now() - begin;
  await startNodes(fleet, [inference, gpu], { kwok: tools.kwok, times: { startOf: { slow: 1_500 } } });
});
afterAll(async () => {
  await Promise.all([fleet.stop(), other.stop()]);
  rmSync(root, { recursive: true });
});

const start = (name: string, options: { tools?: typeof tools; signal?: AbortSignal } = {}): Promise<ControlPlane> =>
  startControlPlane({ folder: join(root, name), environment: name, tools, ...options });

function node(name: string, pool: string, memoryMiB: number, gpus: number): SimulatedNode {
  const resources = { cpu: 8, memoryMiB, ephemeralStorageMiB: 300_000, gpus, pods: 110 };
  return {
    name,
    pool,
    providerId: `splitfleet://fleet/${name}`,
    privateAddress: undefined,
    architecture: "amd64",
    kubeletVersion: "v1.36.2+k3s1",
    capacity: { ...resources, memoryMiB: memoryMiB + 665 },
    allocatable: resources,
    labels: { "splitfleet/pool": pool, "kubernetes.io/hostname": name },
    taints: gpus === 0 ? [] : [{ key: "splitfleet/gpu", value: "true", effect: "NoSchedule" }],
  };
}
const inference = node("fleet-inference-1", "inference", 16_384 - 665, 0);
const gpu = node("fleet-workshop-a", "workshop", 65_536 - 665, 1);

function coreOf({ kubeconfig }: ControlPlane): CoreV1Api {
  return clientOf(kubeconfig).makeApiClient(CoreV1Api);
}

function clientOf(kubeconfig: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config;
}

/** A pod as the restricted profile wants it. */
function pod(name: string, memory: string, spec: Partial<NonNullable<V1Pod["spec"]>> = {}): V1Pod {
  const resources = { requests: { memory, cpu: "1" }, limits: { memory } };
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
  return {
    metadata: { name, labels: { "splitfleet/workload": name } },
    spec: {
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      containers: [{ name: "main", image: "example.org/main", resources, securityContext }],
      ...spec,
    },
  };
}

/** Reads until the condition holds. */
async function eventually<T>(read: () => Promise<T>, holds: (value: T) => boolean, what: string): Promise<T> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > deadline) throw new Error(`not ${what} within 15 s: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const messageOf = async (refused: Promise<unknown>): Promise<string> => {
  const error: unknown = await refused.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiException)) throw new Error(`not refused: ${String(error)}`);
  return `${error.code} ${(JSON.parse(String(error.body)) as { message: string }).message}`;
};

const condition =
  (type: string) =>
  ({ status }: V1Pod): boolean =>
    status?.conditions?.some((each) => each.type === type && each.status === "True") ?? false;
const ready = condition("Ready");

it("is ready within 20 seconds, also when another one starts beside it", () => {
  expect(readyMs).toBeLessThan(20_000);
  expect(fleet.url).not.toBe(other.url);
});

describe("what the API server refuses", () => {
  it("refuses whoever does not say who he is", async () => {
    const config = clientOf(fleet.kubeconfig);
    config.users = [{ name: "admin" }];
    await expect(config.makeApiClient(CoreV1Api).listNode()).rejects.toMatchObject({ code: 401 });
  });

  it("refuses a privileged pod, with what it must not set", async () => {
    const { spec, ...rest } = pod("privileged", "1Gi");
    const privileged = { name: "main", image: "example.org/main", securityContext: { privileged: true } };
    const body = { ...rest, spec: { ...spec, containers: [privileged] } };
    expect(await messageOf(coreOf(fleet).createNamespacedPod({ namespace: "default", body }))).toBe(
      '403 pods "privileged" is forbidden: violates PodSecurity "restricted:latest": ' +
        'privileged (container "main" must not set securityContext.privileged=true), ' +
        "allowPrivilegeEscalation != false " +
        '(container "main" must set securityContext.allowPrivilegeEscalation=false), ' +
        'unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"])',
    );
  });

  it("refuses a scheduler that wants to read a secret", async () => {
    const scheduler = clientOf(fleet.kubeconfigOf("system:kube-scheduler")).makeApiClient(CoreV1Api);
    expect(await messageOf(scheduler.listNamespacedSecret({ namespace: "default" }))).toBe(
      '403 secrets is forbidden: User "system:kube-scheduler" cannot list resource "secrets" ' +
        'in API group "" in the namespace "default"',
    );
  });
});

describe("nodes and pods", () => {
  it("registers nodes with what pods get of them", async () => {
    const { items } = await coreOf(fleet).listNode();
    expect(items.map(({ metadata, status }) => [metadata?.name, status?.capacity, status?.allocatable])).toEqual([
      [
        "fleet-inference-1",
        { cpu: "8", memory: "16Gi", "ephemeral-storage": "300000Mi", pods: "110" },
        { cpu: "8", memory: "15719Mi", "ephemeral-storage": "300000Mi", pods: "110" },
      ],
      [
        "fleet-workshop-a",
        { cpu: "8", memory: "64Gi", "ephemeral-storage": "300000Mi", pods: "110", "nvidia.com/gpu": "1" },
        { cpu: "8", memory: "64871Mi", "ephemeral-storage": "300000Mi", pods: "110", "nvidia.com/gpu": "1" },
      ],
    ]);
  });

  it("schedules two of three 6 GiB pods on a 16 GiB node and says why the third waits", async () => {
    const core = coreOf(fleet);
    const namespace = "crowded";
    await core.createNamespace({ body: { metadata: { name: namespace } } });
    await eventually(
      () => core.listNamespacedServiceAccount({ namespace }),
      ({ items }) => items.length === 1,
      "one service account",
    );
    for (const name of ["a", "b", "c"]) await core.createNamespacedPod({ namespace, body: pod(name, "6Gi") });
    const pods = await eventually(
      async () => (await core.listNamespacedPod({ namespace })).items,
      (items) => items.filter(ready).length === 2 && items.some(({ status }) => status?.conditions?.[0]?.message),
      "two ready and one refused",
    );
    expect(pods.filter(ready).map(({ spec }) => spec?.nodeName)).toEqual(["fleet-inference-1", "fleet-inference-1"]);
    const [pending] = pods.filter(({ spec }) => spec?.nodeName === undefined);
    expect(pending?.status?.conditions?.[0]?.message).toBe(
      "0/2 nodes are available: 1 Insufficient memory, 1 node(s) had untolerated taint(s). " +
        "no new claims to deallocate, preemption: 0/2 nodes are available: " +
        "1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
    );
    await core.deleteCollectionNamespacedPod({ namespace });
    await eventually(
      async () => (await core.listNamespacedPod({ namespace })).items.length,
      (left) => left === 0,
      "empty again",
    );
  });

  it("gives a pod its time to start, an address of its node, and a volume where it runs", async () => {
    const core = coreOf(fleet);
    const namespace = "default";
    const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    await core.createNamespacedPersistentVolumeClaim({ namespace, body: { metadata: { name: "data" }, spec: claim } });
    const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data" } }];
    const body = pod("slow", "1Gi", { volumes, nodeSelector: { "splitfleet/pool": "inference" } });
    await core.createNamespacedPod({ namespace, body });
    const { status } = await eventually(() => core.readNamespacedPod({ namespace, name: "slow" }), ready, "ready");
    const at = (type: string) => status?.conditions?.find((each) => each.type === type)?.lastTransitionTime?.getTime();
    // Times of conditions are whole seconds.
    expect(Number(at("Ready")) - Number(at("PodScheduled"))).toBeGreaterThanOrEqual(1_000);
    expect(status?.podIP).toMatch(/^10\.42\.\d+\.\d+$/);
    const [volume] = (await core.listPersistentVolume()).items;
    expect(volume?.status?.phase).toBe("Bound");
    expect(volume?.spec?.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.[0]?.values).toEqual([
      "fleet-inference-1",
    ]);
  });

  it("completes a job", async () => {
    const batch = clientOf(fleet.kubeconfig).makeApiClient(BatchV1Api);
    const { spec } = pod("preload", "1Gi", { restartPolicy: "Never" });
    const namespace = "default";
    const body = { metadata: { name: "preload" }, spec: { template: { spec } } };
    await batch.createNamespacedJob({ namespace, body });
    const { status } = await eventually(
      () => batch.readNamespacedJob({ namespace, name: "preload" }),
      (job) => job.status?.succeeded === 1 && job.status.completionTime !== undefined,
      "completed",
    );
    expect(status?.conditions?.map(({ type }) => type)).toContain("Complete");
  });
});

describe("secrets", () => {
  it("keeps tokens and keys from other users of the machine, and out of every command line", () => {
    expect(statSync(fleet.folder).mode & 0o777).toBe(0o700);
    const files = readdirSync(fleet.folder).filter((name) => /kubeconfig|\.key$|\.csv$/.test(name));
    expect(files.map((name) => [name, (statSync(join(fleet.folder, name)).mode & 0o777).toString(8)])).toEqual([
      ["kube-controller-manager.kubeconfig.yaml", "600"],
      ["kube-scheduler.kubeconfig.yaml", "600"],
      ["kubeconfig.yaml", "600"],
      ["kwok.kubeconfig.yaml", "600"],
      ["service-account.key", "600"],
      ["tokens.csv", "600"],
    ]);
    const commands = execFileSync("ps", ["-eo", "args"], { encoding: "utf8", maxBuffer: 1e8 });
    const lines = readFileSync(join(fleet.folder, "tokens.csv"), "utf8").trimEnd().split("\n");
    const tokens = lines.map((line) => line.slice(0, line.indexOf(",")));
    expect(tokens).toHaveLength(5);
    expect(tokens.filter((token) => commands.includes(token))).toEqual([]);
  });
});

describe("start and end", () => {
  it("keeps a second one out of its folder, and says whose it is", async () => {
    const refusal = `A control plane runs in ${fleet.folder} already, for process ${process.pid}.`;
    await expect(start("fleet")).rejects.toThrow(refusal);
  });

  it("stops within five seconds, leaves no process, and has the cluster's objects again when it starts", async () => {
    const first = await start("again");
    await coreOf(first).createNamespace({ body: { metadata: { name: "kept" } } });
    const begin = performance.now();
    await first.stop();
    expect(performance.now() - begin).toBeLessThan(5_000);
    expect(first.processes).toEqual([]);
    expect(readdirSync(first.folder)).not.toContain("kubeconfig.yaml");

    const second = await start("again");
    const { status } = await coreOf(second).readNamespace({ name: "kept" });
    const { processes } = second;
    await second.stop();
    expect(status?.phase).toBe("Active");
    expect(processes.map(({ name }) => name).toSorted()).toEqual([
      "etcd",
      "kube-apiserver",
      "kube-controller-manager",
      "kube-scheduler",
    ]);
    expect(processes.filter(({ pid }) => isRunning(pid))).toEqual([]);
  });

  it("says which component did not come up, with the end of its log, and leaves nothing running", async () => {
    const before = descendants(process.pid).length;
    const broken = { ...tools, "kube-apiserver": tools["kube-scheduler"] };
    await expect(start("broken", { tools: broken })).rejects.toThrow(
      /^kube-apiserver ended with exit code 1 before it was ready\. The end of [^]*unknown flag: --etcd-servers/,
    );
    expect(descendants(process.pid)).toHaveLength(before);
    await expect(start("broken", { tools: broken })).rejects.toThrow("kube-apiserver ended");
  });

  it("gives up at once when it is told to", async () => {
    const signal = AbortSignal.timeout(300);
    const begin = performance.now();
    await expect(start("given-up", { signal })).rejects.toThrow("The start was given up.");
    expect(performance.now() - begin).toBeLessThan(5_000);
  });

  it("tells of a component that ends by itself", async () => {
    const { pid } = other.processes.find(({ name }) => name === "kube-scheduler") ?? {};
    if (pid === undefined) throw new Error("no scheduler runs");
    process.kill(pid, "SIGKILL");
    expect((await other.crashed).message).toMatch(/^kube-scheduler was ended by SIGKILL\. The end of /);
  });

  it("leaves nothing running after kill -9 of the process that started it", async () => {
    const child = spawn(process.execPath, [RUN, join(root, "killed")], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    const processes = descendants(child.pid ?? 0);
    expect(processes).toHaveLength(4);
    child.kill("SIGKILL");
    expect(await survivors(processes, 10_000)).toEqual([]);
    // Its folder is free again for the next one.
    await (await start("killed")).stop();
  });
});
