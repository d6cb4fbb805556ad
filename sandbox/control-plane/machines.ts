import {
  ApiException,
  type ConfigurationOptions,
  CoordinationV1Api,
  CoreV1Api,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Node,
} from "@kubernetes/client-node";
import { GPU_RESOURCE, sliceResource } from "../../components/compute/gpu-profile.ts";
import type { NodeResources, SimulatedNode } from "./nodes.ts";
import { SIMULATED } from "./stages.ts";

/** Who owns what is written about nodes. */
export const MANAGER = "splitfleet";
/** For server-side apply. */
export const APPLY: ConfigurationOptions = setHeaderOptions("Content-Type", PatchStrategy.ServerSideApply);

const LEASES = "kube-node-lease";
/** Who holds the lease of a machine without power: nobody who would renew it. */
const POWERED_OFF = { holderIdentity: "powered-off", leaseDurationSeconds: 86_400 };

/** The machines behind a rehearsal's nodes: what happens to them, the cluster finds out as it would. */
export class Machines {
  readonly #core: CoreV1Api;
  readonly #leases: CoordinationV1Api;

  /** @param kubeconfig of the administrator; read at once */
  constructor(kubeconfig: string) {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    this.#core = config.makeApiClient(CoreV1Api);
    this.#leases = config.makeApiClient(CoordinationV1Api);
  }

  /**
   * A node as its kubelet announces itself, then what it says that it has. For a node that is there, the change: another
   * version, or a GPU that its device plugin no longer reports.
   */
  async register(node: SimulatedNode): Promise<void> {
    const owned = { name: node.name, fieldManager: MANAGER, force: true };
    await this.#core.patchNode({ ...owned, body: objectOf(node) }, APPLY);
    await this.#core.patchNodeStatus({ ...owned, body: statusOf(node) }, APPLY);
  }

  /** The kubelet falls silent, as with a machine that has lost its power or its network. */
  async powerOff(name: string): Promise<void> {
    await this.#holdLease(name, POWERED_OFF);
  }

  /** The machine comes back as it was; its kubelet takes up its lease and its pods again. */
  async powerOn(name: string): Promise<void> {
    await this.#holdLease(name, { holderIdentity: "starting", leaseDurationSeconds: 1 });
  }

  /**
   * The machine is gone for good, and so is its node. The pods that ran there go at once: pod garbage collection, which
   * knows no shorter time, takes 40 to 60 s.
   */
  async remove(name: string): Promise<void> {
    const { items } = await this.#core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${name}` });
    const gone = items.flatMap(({ metadata }) =>
      metadata?.name === undefined || metadata.namespace === undefined
        ? []
        : [{ name: metadata.name, namespace: metadata.namespace }],
    );
    await Promise.all([
      ...gone.map((pod) => unlessMissing(this.#core.deleteNamespacedPod({ ...pod, gracePeriodSeconds: 0 }))),
      unlessMissing(this.#core.deleteNode({ name })),
      unlessMissing(this.#leases.deleteNamespacedLease({ name, namespace: LEASES })),
    ]);
  }

  async #holdLease(name: string, spec: typeof POWERED_OFF): Promise<void> {
    const body = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name }, spec };
    await this.#leases.patchNamespacedLease(
      { name, namespace: LEASES, fieldManager: MANAGER, force: true, body },
      APPLY,
    );
  }
}

async function unlessMissing(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ApiException) || error.code !== 404) throw error;
  }
}

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
  ...(resources.gpus === 0 ? {} : { [GPU_RESOURCE]: String(resources.gpus) }),
  ...Object.fromEntries(
    Object.entries(resources.slices ?? {}).map(([profile, number]) => [sliceResource(profile), String(number)]),
  ),
});
