import { expect, test } from "vitest";
import type { OperatorDefinition } from "./definition.ts";
import { cloudnativePg } from "./cloudnative-pg.ts";
import { keda } from "./keda.ts";
import { kueue } from "./kueue.ts";
import { OPERATORS, operatorsFor, operatorsOf } from "./registry.ts";
import { vaultSecretsOperator } from "./vault-secrets-operator.ts";

const names = (operators: readonly OperatorDefinition[]): string[] => operators.map(({ name }) => name);

test("an operator is there when something needs it, the one for secrets always", () => {
  expect(operatorsFor([], { queues: false })).toEqual([vaultSecretsOperator]);
  expect(operatorsFor([{ replicas: 2 }, { replicas: { by: { kind: "cpu" } } }], { queues: false })).toEqual([
    vaultSecretsOperator,
  ]);
  const scaled = { replicas: { by: { kind: "queue" } } };
  expect(operatorsFor([{ operator: "cloudnative-pg" }, scaled, scaled], { queues: true })).toEqual([
    cloudnativePg,
    keda,
    kueue,
    vaultSecretsOperator,
  ]);
});

test("a workload waits for the operators of its own objects", () => {
  expect(names(operatorsOf({ operator: "kuberay-operator", replicas: { by: { kind: "metric" } } }))).toEqual([
    "kuberay-operator",
    "keda",
  ]);
});

test("an operator whose objects a workload has brings what it needs, each after its own needs", () => {
  const resources = [{ apiVersion: "barmancloud.cnpg.io/v1" }, { apiVersion: "postgresql.cnpg.io/v1" }];
  expect(names(operatorsOf({ operator: "cloudnative-pg", resources }))).toEqual([
    "cloudnative-pg",
    "cert-manager",
    "plugin-barman-cloud",
  ]);
  expect(names(operatorsFor([{ operator: "cloudnative-pg", resources }], { queues: false }))).toEqual([
    "cert-manager",
    "cloudnative-pg",
    "plugin-barman-cloud",
    "vault-secrets-operator",
  ]);
});

test("an operator stands after those that it needs", () => {
  const late = OPERATORS.flatMap((operator, place) =>
    (operator.needs ?? []).filter((need) => OPERATORS.indexOf(need) > place).map(({ name }) => name),
  );
  expect(late).toEqual([]);
});

test("an operator that nobody has defined is refused by name", () => {
  expect(() => operatorsOf({ operator: "strimzi" })).toThrow(
    "operator strimzi is not known (known: cert-manager, cloudnative-pg, plugin-barman-cloud, keda, kuberay-operator, kueue, " +
      "vault-secrets-operator); define it in components/cluster/operators/",
  );
});
