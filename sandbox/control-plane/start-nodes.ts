import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type ConfigurationOptions,
  CoreV1Api,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  StorageV1Api,
  type V1Node,
} from "@kubernetes/client-node";
import type { ResolvedTool } from "../toolchain/resolve.ts";
import type { NodeResources, SimulatedNode } from "./nodes.ts";
import { LEASE_SECONDS, type PodTimes, SIMULATED, stagesYaml, STORAGE_CLASS } from "./stages.ts";
import type { ControlPlane } from "./start.ts";

export interface StartNodesOptions {
  readonly kwok: Pick<ResolvedTool, "path">;
  /** @default a pod is ready 0.2 s after it got its node, a Job's pod done 0.5 s later */
  readonly times?: Partial<PodTimes>;
}

const SHORT: PodTimes = { start: 200, startOf: {}, job: 500 };
const MANAGER = "splitfleet";

/**
 * Makes the cluster's nodes equal to these, with KWOK in their kubelets' place, and gives it k3s's storage class.
 * Resolves when all of them are ready. KWOK ends with the control plane.
 *
 * @throws ComponentError when KWOK does not come up; ApiException when the API server refuses a node
 */
export async function startNodes(
  controlPlane: ControlPlane,
  nodes: readonly SimulatedNode[],
  { kwok, times }: StartNodesOptions,
): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(controlPlane.kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  await Promise.all([ensureStorageClass(config.makeApiClient(StorageV1Api)), removeOthers(core, nodes)]);
  await Promise.all(nodes.map((node) => register(core, node)));

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
      `--node-lease-duration-seconds=${LEASE_SECONDS}`,
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

/** First the node as its kubelet announces itself, then what it says that it has. */
async function register(core: CoreV1Api, node: SimulatedNode): Promise<void> {
  const owned = { name: node.name, fieldManager: MANAGER, force: true };
  await core.patchNode({ ...owned, body: objectOf(node) }, APPLY);
  await core.patchNodeStatus({ ...owned, body: statusOf(node) }, APPLY);
}

const APPLY: ConfigurationOptions = setHeaderOptions("Content-Type", PatchStrategy.ServerSideApply);

const objectOf = ({ name, labels, taints, providerId }: SimulatedNode): V1Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels, annotations: SIMULATED },
  spec: { providerID: providerId, taints },
});

function statusOf(node: SimulatedNode): V1Node {
  const { name, privateAddress, capacity, allocatable, architecture, kubeletVersion } = node;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name },
    status: {
      capacity: quantitiesOf(capacity),
      allocatable: quantitiesOf(allocatable),
      addresses: [
        { type: "Hostname", address: name },
        ...(privateAddress === undefined ? [] : [{ type: "InternalIP", address: privateAddress }]),
      ],
      nodeInfo: {
        architecture,
        operatingSystem: "linux",
        kubeletVersion,
        kubeProxyVersion: kubeletVersion,
        containerRuntimeVersion: "simulated",
        kernelVersion: "simulated",
        osImage: "simulated",
        bootID: "",
        machineID: "",
        systemUUID: "",
      },
    },
  };
}

/** In the form that the API server keeps, so that what is read back is the same text. */
const quantitiesOf = (resources: NodeResources): Record<string, string> => ({
  cpu: String(resources.cpu),
  memory: `${resources.memoryMiB}Mi`,
  "ephemeral-storage": `${resources.ephemeralStorageMiB}Mi`,
  pods: String(resources.pods),
  ...(resources.gpus === 0 ? {} : { "nvidia.com/gpu": String(resources.gpus) }),
});

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
