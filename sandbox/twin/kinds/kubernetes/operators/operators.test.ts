import { expect, test } from "vitest";
import { renderRelease } from "../release.ts";
import { OPERATORS as DEFINED } from "../../../../../components/cluster/operators/registry.ts";
import { imageOf, resourcesOf } from "../../../../../components/cluster/operators/definition.ts";
import { select } from "../../../protocol/paths.ts";
import type { Properties } from "../../../protocol/values.ts";
import { fullName, readRelease, type Release } from "./operator.ts";
import { madeOf, OPERATORS } from "./registry.ts";
import { vaultSecretsOperator } from "./vault-secrets-operator.ts";

const release: Release = {
  name: "secrets",
  namespace: "system",
  chart: "vault-secrets-operator",
  version: "0.10.0",
  values: {},
};

test("a release's objects are named as Helm names them", () => {
  expect(fullName(release)).toBe("secrets-vault-secrets-operator");
  expect(fullName({ ...release, name: "vault-secrets-operator-1" })).toBe("vault-secrets-operator-1");
  expect(fullName({ ...release, name: "a".repeat(48) })).toBe(`${"a".repeat(48)}-vault-secrets`);
});

test("the stand-in's pods ask for what the chart's do, and follow the release's values", () => {
  const values = {
    controller: {
      replicas: 2,
      podSecurityContext: { runAsUser: 1 },
      manager: { resources: { requests: { memory: "1Gi" } } },
    },
  };
  const [account, deployment, ...rest] = vaultSecretsOperator.objects({ ...release, values });
  const name = "secrets-vault-secrets-operator-controller-manager";
  expect(account).toMatchObject({ kind: "ServiceAccount", metadata: { name, namespace: "system" } });
  expect(deployment).toMatchObject({
    kind: "Deployment",
    metadata: { name, namespace: "system" },
    spec: {
      replicas: 2,
      template: {
        spec: {
          serviceAccountName: name,
          securityContext: { runAsNonRoot: true, runAsUser: 1 },
          containers: [
            {
              name: "kube-rbac-proxy",
              securityContext: { allowPrivilegeEscalation: false },
              resources: { requests: { cpu: "5m", memory: "64Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
            },
            {
              name: "manager",
              image: "hashicorp/vault-secrets-operator:0.10.0",
              resources: { requests: { cpu: "10m", memory: "1Gi" }, limits: { cpu: "500m", memory: "128Mi" } },
            },
          ],
        },
      },
    },
  });
  expect(rest).toEqual([]);
});

test.each(DEFINED)("the pods of $name's release are those that its definition states", (definition) => {
  const { name, chart, version, pods } = definition;
  const settings = { pool: "operations", priorityClass: "platform", vaultAddress: "https://vault.example.org:8200" };
  const values = JSON.parse(JSON.stringify(definition.values(settings))) as Properties;
  const asked = readRelease({ name, namespace: "splitfleet-system", chart, version, values });
  const standIn = OPERATORS.find((operator) => operator.chart === asked.chart && operator.version === version);
  const deployments = standIn?.objects(asked).filter(({ kind }) => kind === "Deployment") ?? [];
  const made = deployments.map((deployment) => ({
    replicas: select(deployment, "spec.replicas")[0]?.value,
    pool: select(deployment, "spec.template.spec.nodeSelector").map(({ value }) => value as Properties)[0]?.[
      "splitfleet/pool"
    ],
    containers: select(deployment, "spec.template.spec.containers[*]").map(({ value }) => {
      const { name: container, image, resources } = value as Properties;
      return { name: container, image, resources };
    }),
  }));
  expect(made).toEqual(
    Object.values(pods).map(({ replicas, containers }) => ({
      replicas,
      pool: "operations",
      containers: Object.entries(containers).map(([container, facts]) => ({
        name: container,
        image: imageOf(facts.image),
        resources: resourcesOf(facts),
      })),
    })),
  );
});

test("a value that the stand-in does not know is refused by name", () => {
  const values = { controller: { hostAliases: [] } };
  expect(() => vaultSecretsOperator.objects({ ...release, values })).toThrow(
    "the rehearsal's stand-in for vault-secrets-operator does not know these values of release secrets:\n" +
      '✖ Unrecognized key: "hostAliases"\n  → at controller\n',
  );
});

test("an unknown chart is refused with what to add", async () => {
  await expect(renderRelease({ name: "a", chart: "keda", version: "2.20.1" })).rejects.toThrow(
    "the rehearsal does not know the chart keda 2.20.1 (known: plugin-barman-cloud 0.7.0, cert-manager v1.21.2, " +
      "cloudnative-pg 0.29.0, keda 2.20.2, kuberay-operator 1.5.1, kueue 0.15.0, vault-secrets-operator 0.10.0): add a file",
  );
});

const container = { name: "main", image: "example.org/ray", resources: { limits: { memory: "1Gi" } } };
const metadata = { name: "store", namespace: "team-a" };

test("a PostgreSQL cluster is as many instances with volumes as it asks for, on the nodes that it names", () => {
  const resources = { requests: { memory: "512Mi" } };
  const affinity = { nodeSelector: { "splitfleet/pool": "operations" } };
  const spec = { instances: 2, storage: { size: "10Gi" }, resources, affinity };
  const [account, set, replicas] = madeOf({ apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster", metadata, spec });
  expect(account).toMatchObject({ kind: "ServiceAccount", metadata });
  expect(set).toMatchObject({
    kind: "StatefulSet",
    metadata,
    spec: {
      replicas: 1,
      template: {
        metadata: { labels: { "cnpg.io/instanceRole": "primary" } },
        spec: { serviceAccountName: "store", ...affinity, containers: [{ name: "postgres", resources }] },
      },
      volumeClaimTemplates: [{ spec: { resources: { requests: { storage: "10Gi" } } } }],
    },
  });
  expect(replicas).toMatchObject({
    metadata: { name: "store-replica" },
    spec: { replicas: 1, selector: { matchLabels: { "cnpg.io/instanceRole": "replica" } } },
  });
});

test("a Ray cluster is its head and its groups, at their most where Ray scales them", () => {
  const template = { spec: { containers: [container] } };
  const workers = { groupName: "gpu", replicas: 1, maxReplicas: 3, template };
  const spec = { headGroupSpec: { template }, workerGroupSpecs: [workers] };
  const sizes = (more: object) =>
    madeOf({ apiVersion: "ray.io/v1", kind: "RayCluster", metadata, spec: { ...spec, ...more } }).map((made) => [
      select(made, "metadata.name")[0]?.value,
      select(made, "spec.replicas")[0]?.value,
    ]);
  expect(sizes({})).toEqual([
    ["store-headgroup", 1],
    ["store-gpu", 1],
  ]);
  expect(sizes({ enableInTreeAutoscaling: true })).toEqual([
    ["store-headgroup", 1],
    ["store-gpu", 3],
  ]);
});

test("the head of a Ray cluster that scales by itself has the container that does", () => {
  const head = { spec: { containers: [container] } };
  const autoscalerOptions = { resources: { requests: { memory: "512Mi" } } };
  const spec = { headGroupSpec: { template: head }, enableInTreeAutoscaling: true, autoscalerOptions };
  const [made = {}] = madeOf({ apiVersion: "ray.io/v1", kind: "RayCluster", metadata, spec });
  expect(select(made, "spec.template.spec.containers")[0]?.value).toEqual([
    container,
    { name: "autoscaler", image: "example.org/ray", ...autoscalerOptions, securityContext: {} },
  ]);
});

test("what KEDA scales is rehearsed at its most", () => {
  const spec = { scaleTargetRef: { kind: "Deployment", name: "worker" }, minReplicaCount: 0, maxReplicaCount: 5 };
  expect(madeOf({ apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject", metadata, spec })).toEqual([
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "keda-hpa-store", namespace: "team-a" },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "worker" },
        minReplicas: 5,
        maxReplicas: 5,
      },
    },
  ]);
});

test("an object that no operator looks after makes nothing more", () => {
  expect(madeOf({ apiVersion: "v1", kind: "ConfigMap", metadata })).toEqual([]);
});
