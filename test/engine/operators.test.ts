import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OPERATORS } from "../../components/cluster/operators/registry.ts";
import { startNodes } from "../../sandbox/control-plane/start-nodes.ts";
import { type ControlPlane, startControlPlane } from "../../sandbox/control-plane/start.ts";
import type { SimulatedNode } from "../../sandbox/control-plane/nodes.ts";
import { resolveTools } from "../../sandbox/toolchain/resolve.ts";
import { CONTROL_PLANE_TOOLS } from "../../sandbox/toolchain/tools.ts";
import { ApiServer } from "../../sandbox/twin/kinds/kubernetes/api-server.ts";
import { select, textAt } from "../../sandbox/twin/protocol/paths.ts";
import { TestRehearsal, type TestProvider, urnOf } from "../../sandbox/twin/protocol/test-client.ts";
import type { Properties } from "../../sandbox/twin/protocol/values.ts";

// Every operator's release on one control plane, and objects of theirs that its real definitions judge.
const NAMESPACE = "splitfleet-system";
const resources = { cpu: 16, memoryMiB: 32_768, ephemeralStorageMiB: 50_000, gpus: 0, pods: 110 };
const node: SimulatedNode = {
  name: "operated-1",
  pool: "operations",
  providerId: "splitfleet://operated/1",
  privateAddress: undefined,
  architecture: "amd64",
  kubeletVersion: "v1.36.2+k3s1",
  capacity: resources,
  allocatable: resources,
  labels: { "splitfleet/pool": "operations", "kubernetes.io/os": "linux" },
  taints: [],
};
let rehearsal: TestRehearsal;
let controlPlane: ControlPlane;
let server: ApiServer;
let provider: TestProvider;

beforeAll(async () => {
  rehearsal = new TestRehearsal();
  const tools = await resolveTools(CONTROL_PLANE_TOOLS);
  const folder = join(rehearsal.marker, "operated");
  controlPlane = await startControlPlane({ folder, environment: "operated", tools });
  await startNodes(controlPlane, [node], { kwok: tools.kwok });
  mkdirSync(join(rehearsal.marker, "control-plane"));
  copyFileSync(controlPlane.kubeconfig, join(rehearsal.marker, "control-plane", "kubeconfig.yaml"));
  server = await ApiServer.fromKubeconfig(controlPlane.kubeconfig);
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  await server.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE, labels } });
  const priorities = { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", value: 1000 };
  await server.apply({ ...priorities, metadata: { name: "platform" } });
  provider = await rehearsal.provider("kubernetes");
  await provider.configure();
});
afterAll(async () => {
  await controlPlane.stop();
  await rehearsal.end();
});

const settings = { pool: "operations", priorityClass: "platform", vaultAddress: "https://vault.example.org:8200" };

/** Creates a resource as the program would. */
const create = (type: string, inputs: object): Promise<{ id: string }> =>
  provider.create(urnOf(type, "tested"), inputs as Properties);

const custom = (apiVersion: string, kind: string, spec: object): Promise<{ id: string }> =>
  create(`kubernetes:${apiVersion}:${kind}`, {
    apiVersion,
    kind,
    metadata: { name: "tested", namespace: NAMESPACE },
    spec,
  });

async function podsOf(labels: string): Promise<readonly Properties[]> {
  const selectors = { labelSelector: labels };
  return server.list({ apiVersion: "v1", kind: "Pod", namespace: NAMESPACE, selectors });
}

describe.each(OPERATORS)("$name", ({ name, chart, version, values }) => {
  it("is accepted in a restricted namespace with its definitions, and all of its pods run", async () => {
    const made = JSON.parse(JSON.stringify(values(settings))) as Properties;
    await create("kubernetes:helm.sh/v3:Release", { name, chart, version, namespace: NAMESPACE, values: made });
    const pods = await podsOf(`app.kubernetes.io/instance=${name}`);
    expect(pods.length).toBeGreaterThan(0);
    expect(pods.map((pod) => [textAt(pod, "status.phase"), textAt(pod, "spec.nodeName")])).toEqual(
      pods.map(() => ["Running", "operated-1"]),
    );
  });
});

describe("an object of an operator", () => {
  it("is judged by its own definition, and is the pods that it would be", async () => {
    const spec = { instances: 2, storage: { size: "1Gi" }, resources: { requests: { memory: "256Mi" } } };
    await expect(custom("postgresql.cnpg.io/v1", "Cluster", { ...spec, instnces: 3 })).rejects.toThrow(
      ".spec.instnces: field not declared in schema",
    );
    await custom("postgresql.cnpg.io/v1", "Cluster", spec);
    await expect.poll(async () => (await podsOf("cnpg.io/cluster=tested")).length, { timeout: 15_000 }).toBe(2);
  });

  it("keeps backups of a database by the plugin's definition", async () => {
    const secret = (key: string) => ({ name: "store", key });
    const s3Credentials = { accessKeyId: secret("id"), secretAccessKey: secret("key") };
    const configuration = { destinationPath: "s3://backups/tested", endpointURL: "http://store:8333", s3Credentials };
    await expect(
      custom("barmancloud.cnpg.io/v1", "ObjectStore", { configuration, retentionPolicy: "a fortnight" }),
    ).rejects.toThrow("spec.retentionPolicy");
    await custom("barmancloud.cnpg.io/v1", "ObjectStore", { configuration, retentionPolicy: "14d" });
  });

  it("scales what it names to the most that it allows", async () => {
    const labels = { app: "worker" };
    const security = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
    const containers = [{ name: "main", image: "example.org/worker", securityContext: security }];
    const pod = { securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } }, containers };
    await server.apply({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "worker", namespace: NAMESPACE },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
    });
    const triggers = [{ type: "redis", metadata: { address: "queue:6379", listName: "work", listLength: "5" } }];
    await custom("keda.sh/v1alpha1", "ScaledObject", {
      scaleTargetRef: { name: "worker" },
      maxReplicaCount: 3,
      triggers,
    });
    const replicas = async (): Promise<unknown> => {
      const reference = { apiVersion: "apps/v1", kind: "Deployment", name: "worker", namespace: NAMESPACE };
      return select((await server.get(reference)) ?? {}, "spec.replicas")[0]?.value;
    };
    await expect.poll(replicas, { timeout: 40_000 }).toBe(3);
  });
});
