import { expect, test } from "vitest";
import type { Workload } from "../components/workloads/contract.ts";
import { rowOf } from "./harness.ts";
import { container, metadata, rowsOf, specOf } from "./worker.ts";

const operated: Workload = {
  form: "operated",
  operator: "cloudnative-pg",
  resources: [
    {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "ScheduledBackup",
      name: "worker-nightly",
      spec: { schedule: "0 0 2 * * *" },
    },
    { apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster", spec: { instances: 2 } },
  ],
  podLabels: { "cnpg.io/cluster": "worker", "cnpg.io/instanceRole": "primary" },
  memberLabels: { "cnpg.io/cluster": "worker" },
  operatorPorts: [8000],
  peers: [5432],
  asksApiServer: true,
  replicas: 2,
  container,
  override: {
    kubernetes: {
      customResource: (args) => ({ ...args, metadata: { ...args.metadata, annotations: { seen: "yes" } } }),
    },
  },
};

test("of an operated workload, the operator's pods are reached, bounded and let out by the labels it gives them", async () => {
  const rows = await rowsOf(operated, { ports: { sql: { port: 5432, audience: "cluster" } } });
  const cluster = { "cnpg.io/cluster": "worker" };
  const members = {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "team-assistants" } },
    podSelector: { matchLabels: cluster },
  };
  const operator = {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "splitfleet-system" } },
    podSelector: { matchLabels: { "app.kubernetes.io/name": "cloudnative-pg" } },
  };
  expect(rowOf(rows, "kubernetes:postgresql.cnpg.io/v1:Cluster", "worker-cluster").inputs).toEqual({
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { ...metadata, annotations: { seen: "yes" } },
    spec: { instances: 2 },
  });
  expect(
    rowOf(rows, "kubernetes:postgresql.cnpg.io/v1:ScheduledBackup", "worker-scheduledbackup-worker-nightly").inputs,
  ).toMatchObject({ metadata: { ...metadata, name: "worker-nightly" }, spec: { schedule: "0 0 2 * * *" } });
  expect(specOf(rowOf(rows, "kubernetes:core/v1:Service", "worker-service"))).toEqual({
    selector: { ...cluster, "cnpg.io/instanceRole": "primary" },
    ports: [{ name: "sql", port: 5432, targetPort: 5432, protocol: "TCP" }],
  });
  expect(specOf(rowOf(rows, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "worker-flows"))).toEqual({
    podSelector: { matchLabels: cluster },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      { from: [members], ports: [{ port: 5432, protocol: "TCP" }] },
      { from: [operator], ports: [{ port: 8000, protocol: "TCP" }] },
    ],
    egress: [
      { to: [members], ports: [{ port: 5432, protocol: "TCP" }] },
      { to: [{ ipBlock: { cidr: "10.10.1.11/32" } }], ports: [{ port: 6443, protocol: "TCP" }] },
    ],
  });
  const { metadata: outlet, spec } = rowOf(
    rows,
    "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    "worker-cloudnative-pg-flows",
  ).inputs;
  expect({ outlet, spec }).toMatchObject({
    outlet: { name: "cloudnative-pg-worker", namespace: "splitfleet-system" },
    spec: { egress: [{ to: [members], ports: [{ port: 8000, protocol: "TCP" }] }] },
  });
  expect(specOf(rowOf(rows, "kubernetes:policy/v1:PodDisruptionBudget", "worker-disruption"))).toEqual({
    maxUnavailable: 1,
    selector: { matchLabels: cluster },
  });
});

test("what the fleet runs beside an operated workload leaves the operator the account of the workload's name", async () => {
  const secrets = { login: { class: "generated", keys: ["password"] } } as const;
  const env = { PASSWORD: { secret: "login", key: "password" } };
  const rows = await rowsOf({ ...operated, secrets, container: { ...container, env }, jobs: { schema: container } });
  const accounts = rows.filter(({ type }) => type === "kubernetes:core/v1:ServiceAccount");
  expect(accounts.map(({ inputs }) => inputs)).toEqual([
    expect.objectContaining({
      metadata: expect.objectContaining({ name: "worker-fleet" }),
      automountServiceAccountToken: false,
    }),
  ]);
  const [job] = rows.filter(({ type }) => type === "kubernetes:batch/v1:Job");
  expect(job?.inputs).toMatchObject({ spec: { template: { spec: { serviceAccountName: "worker-fleet" } } } });
  const [login] = rows.filter(({ type }) => type.endsWith(":VaultAuth"));
  expect(login?.inputs).toMatchObject({ spec: { kubernetes: { serviceAccount: "worker-fleet" } } });
});

test("an operated workload without a resource of its own name is refused", async () => {
  await expect(rowsOf({ ...operated, resources: [] })).rejects.toThrow(
    "workload worker has no custom resource of its own name",
  );
});
