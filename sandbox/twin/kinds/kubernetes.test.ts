import { afterEach, beforeEach, expect, test } from "vitest";
import { TestRehearsal, urnOf, type TestProvider } from "../protocol/test-client.ts";
import { secret, UNKNOWN, type Properties } from "../protocol/values.ts";

const namespace = urnOf("kubernetes:core/v1:Namespace", "models");
const deployment = urnOf("kubernetes:apps/v1:Deployment", "ollama");
const custom = urnOf("kubernetes:secrets.hashicorp.com/v1beta1:VaultStaticSecret", "key");

let rehearsal: TestRehearsal;
let kubernetes: TestProvider;
beforeEach(async () => {
  rehearsal = new TestRehearsal();
  kubernetes = await rehearsal.provider("kubernetes");
});
afterEach(() => rehearsal.end());

function manifest(spec: Properties, metadata: Properties = { name: "ollama", namespace: "models" }): Properties {
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec };
}

test("an object without a name gets one and the note that it did", async () => {
  const nameless = manifest({}, { namespace: "models" });
  const { inputs } = await kubernetes.check(deployment, nameless, { seed: "a" });
  expect(inputs["metadata"]).toEqual({
    namespace: "models",
    name: "ollama-c639681e",
    annotations: { "pulumi.com/autonamed": "true" },
  });
  expect((await kubernetes.check(deployment, nameless, { seed: "b", old: inputs })).inputs).toEqual(inputs);
});

test("an object needs its namespace and vanishes with it", async () => {
  await expect(kubernetes.create(deployment, manifest({}))).rejects.toThrow('namespaces "models" not found');
  const { id } = await kubernetes.create(namespace, { metadata: { name: "models" } });
  await kubernetes.create(deployment, manifest({}));
  await expect(kubernetes.create(deployment, manifest({}))).rejects.toThrow('deployments.apps "ollama" already exists');
  await kubernetes.delete(namespace, id);
  expect(rehearsal.world.objects("kubernetes").all()).toEqual([]);
});

test("metadata that the server adds is unknown before and counted after", async () => {
  const spec = { replicas: 2 };
  const inDefault = manifest(spec, { name: "ollama" });
  const preview = await kubernetes.create(deployment, inDefault, true);
  expect(preview.state["metadata"]).toEqual({
    name: "ollama",
    uid: UNKNOWN,
    resourceVersion: UNKNOWN,
    generation: UNKNOWN,
    creationTimestamp: UNKNOWN,
    namespace: UNKNOWN,
  });
  const { id, state } = await kubernetes.create(deployment, inDefault);
  expect(state["metadata"]).toMatchObject({
    generation: 1,
    namespace: "default",
    creationTimestamp: "2026-01-02T03:04:05.000Z",
  });
  expect(state["status"]).toEqual({ observedGeneration: 1, replicas: 2, readyReplicas: 2, availableReplicas: 2 });
  const updated = await kubernetes.update(deployment, id, manifest({ replicas: 3 }, { name: "ollama" }));
  expect(updated["metadata"]).toMatchObject({ generation: 2 });
});

test("a selector replaces a deployment, its template does not", async () => {
  const old = manifest({ selector: { matchLabels: { app: "a" } }, template: { spec: { nodeName: "a" } } });
  const next = manifest({ selector: { matchLabels: { app: "b" } }, template: { spec: { nodeName: "b" } } });
  expect(await kubernetes.diff(deployment, old, next)).toEqual({
    replaces: ["spec"],
    deleteBeforeReplace: true,
    detail: { "spec.selector.matchLabels.app": "UPDATE_REPLACE", "spec.template.spec.nodeName": "UPDATE" },
  });
});

test("a nested typo is refused at any depth", async () => {
  const containers = [{ name: "a", resources: { limit: {} } }];
  const { failures } = await kubernetes.check(deployment, manifest({ template: { spec: { containers } } }));
  expect(failures).toEqual([
    {
      property: "spec",
      reason:
        "spec.template.spec.containers[0].resources.limit is not a property of kubernetes:apps/v1:Deployment; " +
        "did you mean limits? Valid here: claims, limits, requests",
    },
  ]);
});

test("a custom resource may have any fields, and lives like any other object", async () => {
  const apiVersion = "secrets.hashicorp.com/v1beta1";
  const wanted = { apiVersion, kind: "VaultStaticSecret", metadata: { name: "key" }, spec: { any: 1 } };
  expect((await kubernetes.check(custom, wanted)).failures).toEqual([]);
  const { id } = await kubernetes.create(custom, wanted);
  expect(id).toBe("twin-vaultstaticsecret-00000000000010000");
  await kubernetes.delete(custom, id);
});

test("the data of a Secret is secret, whoever gave it", async () => {
  const wanted = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData: { key: "plain" } };
  const { state } = await kubernetes.create(urnOf("kubernetes:core/v1:Secret", "s"), wanted);
  expect(state["stringData"]).toEqual(secret({ key: "plain" }));
});

test("an API server that is down leaves what exists as it is and refuses what is new, in a preview already", async () => {
  await kubernetes.configure({ skipUpdateUnreachable: "true" });
  const old = { metadata: { name: "models" } };
  await kubernetes.create(namespace, old);
  rehearsal.write("faults.json", { outages: ["api-server-down"] });
  const wanted = { metadata: { name: "models", labels: { team: "platform" } } };
  expect(await kubernetes.check(namespace, wanted, { old })).toEqual({ inputs: old, failures: [] });
  const refusal = "configured Kubernetes cluster is unreachable: connection refused";
  await expect(kubernetes.create(deployment, manifest({}))).rejects.toThrow(refusal);
  await expect(kubernetes.create(deployment, manifest({}), true)).rejects.toThrow(refusal);
});
