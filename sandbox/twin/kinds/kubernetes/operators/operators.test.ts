import { expect, test } from "vitest";
import { renderRelease } from "../release.ts";
import { OPERATORS as DEFINED } from "../../../../../components/cluster/operators/registry.ts";
import { imageOf, resourcesOf } from "../../../../../components/cluster/operators/definition.ts";
import { select } from "../../../protocol/paths.ts";
import type { Properties } from "../../../protocol/values.ts";
import { fullName, readRelease, type Release } from "./operator.ts";
import { OPERATORS } from "./registry.ts";
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
    "the rehearsal does not know the chart keda 2.20.1 (known: cloudnative-pg 0.29.0, keda 2.20.2, " +
      "kuberay-operator 1.5.1, kueue 0.15.0, vault-secrets-operator 0.10.0): add a file",
  );
});
