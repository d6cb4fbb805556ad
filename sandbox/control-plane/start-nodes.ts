import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CoreV1Api, KubeConfig, NodeV1Api, StorageV1Api } from "@kubernetes/client-node";
import type { ResolvedTool } from "../toolchain/resolve.ts";
import { APPLY, Machines, MANAGER } from "./machines.ts";
import type { SimulatedNode } from "./nodes.ts";
import { LEASE_SECONDS, type PodTimes, SIMULATED, stagesYaml, STORAGE_CLASS } from "./stages.ts";
import type { ControlPlane } from "./start.ts";

export interface StartNodesOptions {
  readonly kwok: Pick<ResolvedTool, "path">;
  /** @default a pod is ready 0.2 s after it got its node, a Job's pod done 0.5 s later */
  readonly times?: Partial<PodTimes>;
  /** How long each node's lease lasts; renewed four times as often. @default 40, as the kubelet has it */
  readonly leaseSeconds?: number;
}

const SHORT: PodTimes = { start: 200, startOf: {}, job: 500 };

/**
 * Makes the cluster's nodes equal to these, with KWOK in their kubelets' place, and gives it k3s's classes for storage and GPUs.
 * Resolves when all of them are ready. KWOK ends with the control plane.
 *
 * @throws ComponentError when KWOK does not come up; ApiException when the API server refuses a node
 */
export async function startNodes(
  controlPlane: ControlPlane,
  nodes: readonly SimulatedNode[],
  { kwok, times, leaseSeconds = LEASE_SECONDS }: StartNodesOptions,
): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(controlPlane.kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const machines = new Machines(controlPlane.kubeconfig);
  await Promise.all([
    ensureStorageClass(config.makeApiClient(StorageV1Api)),
    ensureRuntimeClass(config.makeApiClient(NodeV1Api)),
    removeOthers(core, nodes),
  ]);
  await Promise.all(nodes.map((node) => machines.register(node)));

  const stagesFile = join(controlPlane.folder, "stages.yaml");
  writeFileSync(stagesFile, stagesYaml({ ...SHORT, ...times }));
  const [annotation] = Object.entries(SIMULATED);
  await controlPlane.start({
    name: "kwok",
    executable: kwok.path,
    flags: () => [
      `--kubeconfig=${controlPlane.kubeconfigOf("kwok")}`,
      `--config=${stagesFile}`,
      `--manage-nodes-with-annotation-selector=${annotation?.join("=")}`,
      `--node-lease-duration-seconds=${leaseSeconds}`,
    ],
    ready: () => allReady(core, nodes),
  });
}

async function removeOthers(core: CoreV1Api, nodes: readonly SimulatedNode[]): Promise<void> {
  const wanted = new Set(nodes.map(({ name }) => name));
  const { items } = await core.listNode();
  const others = items.flatMap(({ metadata }) => metadata?.name ?? []).filter((name) => !wanted.has(name));
  await Promise.all(others.map((name) => core.deleteNode({ name })));
}

/** The class that k3s brings along for the runtime that gives containers their GPUs. */
async function ensureRuntimeClass(node: NodeV1Api): Promise<void> {
  const name = "nvidia";
  const body = { apiVersion: "node.k8s.io/v1", kind: "RuntimeClass", metadata: { name }, handler: name };
  await node.patchRuntimeClass({ name, fieldManager: MANAGER, force: true, body }, APPLY);
}

/** The class that k3s brings along: a volume is made on the node that its pod goes to. */
async function ensureStorageClass(storage: StorageV1Api): Promise<void> {
  const body = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: STORAGE_CLASS, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "rancher.io/local-path",
    reclaimPolicy: "Delete",
    volumeBindingMode: "WaitForFirstConsumer",
  };
  await storage.patchStorageClass({ name: STORAGE_CLASS, fieldManager: MANAGER, force: true, body }, APPLY);
}

async function allReady(core: CoreV1Api, nodes: readonly SimulatedNode[]): Promise<boolean> {
  const { items } = await core.listNode();
  const ready = items.filter(
    ({ spec, status }) =>
      status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") &&
      !spec?.taints?.some(({ key }) => key === "node.kubernetes.io/not-ready"),
  );
  return ready.length === nodes.length;
}
