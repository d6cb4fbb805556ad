import { expect, test } from "vitest";
import { renderRelease } from "../release.ts";
import { fullName, type Release } from "./operator.ts";
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

test("a value that the stand-in does not know is refused by name", () => {
  const values = { controller: { hostAliases: [] } };
  expect(() => vaultSecretsOperator.objects({ ...release, values })).toThrow(
    "the rehearsal's stand-in for vault-secrets-operator does not know these values of release secrets:\n" +
      '✖ Unrecognized key: "hostAliases"\n  → at controller\n',
  );
});

test("an unknown chart is refused with what to add", async () => {
  await expect(renderRelease({ name: "a", chart: "keda", version: "2.20.2" })).rejects.toThrow(
    "the rehearsal does not know the chart keda 2.20.2 (known: vault-secrets-operator 0.10.0): add a file",
  );
});
