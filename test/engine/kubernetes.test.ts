import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppsV1Api, KubeConfig } from "@kubernetes/client-node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { down } from "../../operations/down.ts";
import { up } from "../../operations/up.ts";
import type { SimulatedNode } from "../../sandbox/control-plane/nodes.ts";
import { startNodes } from "../../sandbox/control-plane/start-nodes.ts";
import { startControlPlane, type ControlPlane } from "../../sandbox/control-plane/start.ts";
import type { OperationResult } from "../../sandbox/session/engine.ts";
import type { Session } from "../../sandbox/session/session.ts";
import { resolveTools } from "../../sandbox/toolchain/resolve.ts";
import { CONTROL_PLANE_TOOLS } from "../../sandbox/toolchain/tools.ts";
import { ApiServer } from "../../sandbox/twin/kinds/kubernetes/api-server.ts";
import type { Reference } from "../../sandbox/twin/kinds/kubernetes/manifest.ts";
import { select, textAt } from "../../sandbox/twin/protocol/paths.ts";
import { TestRehearsal, urnOf, type TestProvider } from "../../sandbox/twin/protocol/test-client.ts";
import { secret, type Properties } from "../../sandbox/twin/protocol/values.ts";
import { removeObject } from "../../sandbox/twin/remove-object.ts";
import type { WorldObject } from "../../sandbox/twin/world/objects.ts";
import type { ClusterSpec } from "./fixtures/cluster/stacks/cluster-spec.ts";
import { runUntilHung } from "./hung-run.ts";
import { survivors } from "./processes.ts";
import { ENVIRONMENT, Project, stateObjects, worldObjects } from "./project.ts";

// One stack through its life on one control plane; each test starts from what the one before has left.
const SPEC: ClusterSpec = { replicas: 2, app: "api", memory: "64Mi", setting: "a" };
let project: Project;
let controlPlane: ControlPlane;
let server: ApiServer;
let session: Session;

beforeAll(async () => {
  project = new Project("cluster");
  mkdirSync(project.marker, { recursive: true });
  const tools = await resolveTools(CONTROL_PLANE_TOOLS);
  const folder = join(project.marker, "control-plane");
  controlPlane = await startControlPlane({ folder, environment: ENVIRONMENT, tools });
  await startNodes(controlPlane, [node], { kwok: tools.kwok });
  server = await ApiServer.fromKubeconfig(controlPlane.kubeconfig);
  project.writeCluster(SPEC);
  session = await project.open();
});
afterEach(() => rmSync(join(project.marker, "faults.json"), { force: true }));
afterAll(async () => {
  await session.close();
  await controlPlane.stop();
  project.remove();
});

const resources = { cpu: 4, memoryMiB: 4096, ephemeralStorageMiB: 50_000, gpus: 0, pods: 110 };
const node: SimulatedNode = {
  name: "rehearsed-1",
  pool: "inference",
  providerId: "splitfleet://rehearsed/1",
  privateAddress: undefined,
  architecture: "amd64",
  kubeletVersion: "v1.36.2+k3s1",
  capacity: resources,
  allocatable: resources,
  labels: {},
  taints: [],
};

const DEPLOYMENT: Reference = { apiVersion: "apps/v1", kind: "Deployment", name: "api", namespace: "shop" };
const SERVICE: Reference = { apiVersion: "v1", kind: "Service", name: "api", namespace: "shop" };

async function get(reference: Reference): Promise<Properties> {
  return (await server.get(reference)) ?? {};
}

/** Runs `up` for a changed environment file, in a session of its own as a verb has it. */
async function change(spec: Partial<ClusterSpec>): ReturnType<typeof up> {
  project.writeCluster({ ...SPEC, ...spec });
  await session.close();
  session = await project.open();
  return up(session);
}

/** Changes the deployment past the program, as an administrator or a controller does. */
async function scaleAs(fieldManager: string, replicas: number): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(controlPlane.kubeconfig);
  const body = [{ op: "replace", path: "/spec/replicas", value: replicas }];
  const apps = config.makeApiClient(AppsV1Api);
  await apps.patchNamespacedDeployment({ name: "api", namespace: "shop", fieldManager, body });
}

function fault(faults: object): void {
  writeFileSync(join(project.marker, "faults.json"), JSON.stringify(faults));
}

const errors = ({ diagnostics }: OperationResult): readonly string[] =>
  diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message.trim());

it("previews objects of a namespace that is not there yet, and leaves the cluster as it was", async () => {
  const result = await session.run(["preview"]);
  expect(result.diagnostics).toEqual([]);
  expect(result.changes.create).toBe(8);
  expect(await server.get({ apiVersion: "v1", kind: "Namespace", name: "shop" })).toBeUndefined();
});

it("brings every object up on the real API server", async () => {
  const result = await up(session);
  expect(result.diagnostics).toEqual([]);
  expect(result.changes).toEqual({ create: 8, update: 0, replace: 0, delete: 0, same: 0 });
  expect(worldObjects(project.marker)).toEqual(stateObjects(session));
  const deployment = await get(DEPLOYMENT);
  expect(select(deployment, "status.readyReplicas")[0]?.value).toBe(2);
  expect(select(deployment, "metadata.managedFields[*].manager").map(({ value }) => value)).toContain("splitfleet");
});

it("changes nothing when run again, refreshed or not", async () => {
  expect((await change({})).changes).toEqual({ create: 0, update: 0, replace: 0, delete: 0, same: 8 });
  const refreshed = await session.run(["up", "--refresh", "--yes", "--skip-preview"]);
  expect(refreshed.changes).toEqual({ create: 0, update: 0, replace: 0, delete: 0, same: 8 });
});

it("scales a deployment in place", async () => {
  const before = textAt(await get(DEPLOYMENT), "metadata.uid");
  const result = await change({ replicas: 3 });
  expect(result.changes).toEqual({ create: 0, update: 1, replace: 0, delete: 0, same: 7 });
  const after = await get(DEPLOYMENT);
  expect(textAt(after, "metadata.uid")).toBe(before);
  expect(select(after, "status.readyReplicas")[0]?.value).toBe(3);
});

it("replaces what has a name by deleting it first, and what was named for it by making the new one first", async () => {
  const before = textAt(await get(DEPLOYMENT), "metadata.uid");
  const result = await change({ app: "shop-api", setting: "b" });
  expect(result.diagnostics).toEqual([]);
  // The config map's name stands in the pods of deployment and job.
  expect(result.changes).toEqual({ create: 0, update: 1, replace: 3, delete: 0, same: 4 });
  expect(textAt(await get(DEPLOYMENT), "metadata.uid")).not.toBe(before);
  const maps = await server.list({ apiVersion: "v1", kind: "ConfigMap", namespace: "shop" });
  const own = maps.filter((map) => textAt(map, "metadata.name")?.startsWith("settings-"));
  expect(own.map((map) => textAt(map, "data.setting"))).toEqual(["b"]);
  expect(worldObjects(project.marker)).toEqual(stateObjects(session));
});

it("finds and repairs what was changed and deleted by hand", async () => {
  await change({});
  await scaleAs("kubectl", 1);
  await server.delete(SERVICE, "Foreground");
  const result = await session.run(["up", "--refresh", "--yes", "--skip-preview"]);
  expect(errors(result)).toEqual([]);
  expect(select(await get(DEPLOYMENT), "spec.replicas")[0]?.value).toBe(2);
  expect(textAt(await get(SERVICE), "metadata.name")).toBe("api");
});

it("leaves a field that somebody else has taken to its owner, and says whose it is", async () => {
  await scaleAs("autoscaler", 1);
  const result = await change({ replicas: 3 });
  expect(errors(result)).toContain(
    "Server-Side Apply field conflict detected. See https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/" +
      "managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources for troubleshooting " +
      'help.\nThe resource managed by field manager "splitfleet" had an apply conflict: Apply failed with 1 conflict: ' +
      'conflict with "autoscaler" using apps/v1: .spec.replicas',
  );
  await scaleAs("kubectl", 2);
  expect(errors(await change({}))).toEqual([]);
});

it("passes the API server's refusal on word for word", async () => {
  const result = await change({ privileged: true });
  expect(result.exitCode).not.toBe(0);
  expect(errors(result)).toContain(
    'pods "debug" is forbidden: violates PodSecurity "restricted:latest": privileged (container "main" must not set ' +
      'securityContext.privileged=true), allowPrivilegeEscalation != false (container "main" must set ' +
      'securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "main" must set ' +
      'securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "main" must set ' +
      'securityContext.runAsNonRoot=true), seccompProfile (pod or container "main" must set ' +
      'securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  );
  expect(worldObjects(project.marker)).toEqual(stateObjects(session));
});

it("says why a pod finds no node, keeps the object, and is done once it fits", async () => {
  fault({ readinessSeconds: 3 });
  const result = await change({ memory: "8Gi" });
  expect(result.exitCode).not.toBe(0);
  const [problem] = errors(result).filter((message) => message.includes("Unschedulable"));
  expect(problem).toContain("2 of 2 replicas are available; 2 old pods are still there\n");
  expect(problem).toMatch(/pod api-\S+: Unschedulable: 0\/1 nodes are available: 1 Insufficient memory\./);
  expect(worldObjects(project.marker)).toEqual(stateObjects(session));
  rmSync(join(project.marker, "faults.json"));
  const fitting = await change({});
  expect(errors(fitting)).toEqual([]);
  expect(fitting.exitCode).toBe(0);
});

it("adopts what a killed run has made", async () => {
  await session.close();
  project.writeCluster({ ...SPEC, operator: true });
  const { verb, processes, ended } = await runUntilHung(project, { at: 1, phase: "after" });
  for (const { pid } of processes) process.kill(pid, "SIGKILL");
  await ended;
  expect(await survivors([verb, ...processes], 8_000)).toEqual([]);
  session = await project.open();
  const result = await up(session);
  expect(errors(result)).toEqual([]);
  expect(result.recovery?.adopted).toHaveLength(1);
  expect(worldObjects(project.marker)).toEqual(stateObjects(session));
});

it("judges custom resources by their operator's own definitions, at preview already", async () => {
  project.writeCluster({ ...SPEC, operator: true, secretField: "pfad" });
  await session.close();
  session = await project.open();
  const result = await session.run(["preview"]);
  expect(errors(result).join("\n")).toContain(".spec.pfad: field not declared in schema");
});

describe("one provider", () => {
  const type = "kubernetes:core/v1:ConfigMap";
  const urn = urnOf(type, "held");
  let rehearsal: TestRehearsal;
  let provider: TestProvider;
  beforeAll(async () => {
    rehearsal = new TestRehearsal();
    mkdirSync(join(rehearsal.marker, "control-plane"));
    copyFileSync(controlPlane.kubeconfig, join(rehearsal.marker, "control-plane", "kubeconfig.yaml"));
    provider = await rehearsal.provider("kubernetes");
    await provider.configure();
  });
  afterAll(() => rehearsal.end());

  const map = (finalizers: string[] = []): Properties => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "held", namespace: "default", ...(finalizers.length === 0 ? {} : { finalizers }) },
    data: { key: "value" },
  });
  const recorded = (): string[] =>
    rehearsal.world
      .objects("kubernetes")
      .all()
      .map(({ id }) => id);
  const HELD: Reference = { apiVersion: "v1", kind: "ConfigMap", name: "held", namespace: "default" };

  it("knows what a run left behind that was killed before the server was asked", async () => {
    const unasked: WorldObject = {
      package: "kubernetes",
      type,
      id: "twin-configmap-1",
      urn,
      inputs: map(),
      facts: {},
      revision: 1,
      createdAt: "",
    };
    rehearsal.world.objects("kubernetes").put(unasked);
    expect((await provider.read(urn, unasked.id)).id).toBe("");
    expect(recorded()).toEqual([]);
  });

  it("knows what a run left behind that was killed before it heard the answer", async () => {
    const { id } = await provider.create(urn, map());
    const { applied: _, ...unheard } = rehearsal.world.objects("kubernetes").all()[0] ?? {};
    rehearsal.world.objects("kubernetes").put(unheard as WorldObject);
    const found = await provider.read(urn, id);
    expect(found.inputs).toEqual(map());
    expect(textAt(found.state, "metadata.uid")).toBe(textAt(await get(HELD), "metadata.uid"));
  });

  it("removes an orphan from the server, too", async () => {
    expect(await removeObject(rehearsal.marker, recorded()[0] ?? "")).toBe(true);
    expect(recorded()).toEqual([]);
    expect(await server.get(HELD)).toBeUndefined();
  });

  it("keeps no record of what the server has refused", async () => {
    const wrong = { ...map(), data: { "not a key": "value" } };
    await expect(provider.create(urn, wrong)).rejects.toThrow(
      'ConfigMap "held" is invalid: data[not a key]: Invalid value',
    );
    expect(recorded()).toEqual([]);
  });

  it("says what holds an object that can not be deleted", async () => {
    const { id } = await provider.create(urn, map(["example.org/hold"]));
    rehearsal.write("faults.json", { readinessSeconds: 1 });
    await expect(provider.delete(urn, id)).rejects.toThrow(
      "ConfigMap default/held still exists 1 s after its deletion: finalizer example.org/hold",
    );
    expect(recorded()).toEqual([id]);
    await provider.update(urn, id, map());
    await provider.delete(urn, id);
    expect(recorded()).toEqual([]);
  });

  it("wraps the data of a secret, whoever gave it", async () => {
    const wanted = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData: { key: "plain" } };
    const { id, state } = await provider.create(urnOf("kubernetes:core/v1:Secret", "s"), wanted);
    expect(state["data"]).toEqual(secret({ key: "cGxhaW4=" }));
    await provider.delete(urnOf("kubernetes:core/v1:Secret", "s"), id);
  });

  it("refuses a chart that it does not know at preview", async () => {
    const release = { name: "keda", chart: "keda", version: "2.20.1", namespace: "default" };
    await expect(provider.create(urnOf("kubernetes:helm.sh/v3:Release", "keda"), release, true)).rejects.toThrow(
      "the rehearsal does not know the chart keda 2.20.1",
    );
  });
});

it("takes everything away again, but the definitions that Helm leaves behind", async () => {
  const result = await down(session);
  expect(errors(result)).toEqual([]);
  expect(worldObjects(project.marker)).toEqual([]);
  expect(existsSync(session.layout.world)).toBe(false);
  expect(await server.get({ apiVersion: "v1", kind: "Namespace", name: "shop" })).toBeUndefined();
  expect(await server.list({ apiVersion: "v1", kind: "Pod" })).toEqual([]);
  const definitions = await server.list({ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" });
  expect(new Set(definitions.map((each) => textAt(each, "spec.group")))).toEqual(new Set(["secrets.hashicorp.com"]));
});
