import { describe, expect, test } from "vitest";
import type { Row } from "../../policies/row.ts";
import { type KubernetesObject, manifestsOf, objectsOf } from "./manifests.ts";

const metadata = { namespace: "team-a", name: "api" };
const template = { metadata: { labels: { app: "api" } }, spec: {} };
const policy = (spec: object): KubernetesObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata,
  spec: { podSelector: {}, policyTypes: ["Ingress"], ...spec },
});

describe("a plan's Kubernetes objects", () => {
  const row = (type: string, inputs: Row["inputs"]): Row => ({
    urn: type,
    type,
    name: "",
    parent: "",
    custom: true,
    provider: "",
    inputs,
    labels: {},
    secretPaths: [],
    unknownPaths: [],
  });
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "team-a" } };
  const podsOf = (...rows: Row[]) => manifestsOf(objectsOf(rows)).pods.map(({ name, labels }) => [name, labels]);

  test("are its rows that are manifests", () => {
    const rows = [
      row("kubernetes:core/v1:Namespace", namespace),
      row("hcloud:index/server:Server", { apiVersion: "v1", kind: "Server" }),
    ];
    expect(objectsOf(rows)).toEqual([namespace]);
  });

  test("are also what a chart makes", () => {
    const release = { name: "ray", namespace: "system", chart: "kuberay-operator", version: "1.5.1" };
    expect(podsOf(row("kubernetes:helm.sh/v3:Release", release))).toEqual([
      ["ray-kuberay-operator", expect.objectContaining({ "app.kubernetes.io/instance": "ray" })],
    ]);
  });

  test("are also the controllers that an operator makes of one, under its name: flows name no other", () => {
    const spec = { instances: 2 };
    const cluster = { apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster", metadata, spec };
    expect(podsOf(row("kubernetes:postgresql.cnpg.io/v1:Cluster", cluster))).toEqual(
      ["primary", "replica"].map((role) => [
        "api",
        { "cnpg.io/cluster": "api", "cnpg.io/podRole": "instance", "cnpg.io/instanceRole": role },
      ]),
    );
  });
});

test("every controller makes pods, with the labels of its template", () => {
  const job = { apiVersion: "batch/v1", kind: "CronJob", metadata, spec: { jobTemplate: { spec: { template } } } };
  const controllers = ["apps/v1 Deployment", "apps/v1 StatefulSet", "apps/v1 DaemonSet", "batch/v1 Job"].map(
    (kind) => ({
      apiVersion: kind.split(" ")[0] ?? "",
      kind: kind.split(" ")[1] ?? "",
      metadata,
      spec: { template: { ...template, spec: { hostNetwork: kind === "apps/v1 DaemonSet" } } },
    }),
  );
  const group = { ...metadata, labels: { app: "api" }, hostNetwork: false };
  expect(manifestsOf([...controllers, job]).pods).toEqual([
    group,
    group,
    { ...group, hostNetwork: true },
    group,
    group,
  ]);
});

test("what an API server adds to a policy is left out", () => {
  const stored = { ...policy({}), metadata: { ...metadata, uid: "1", managedFields: [] } };
  expect(manifestsOf([stored]).policies).toEqual([policy({})]);
});

describe("a policy is refused", () => {
  test.each<[string, object, string]>([
    [
      "by expressions",
      { podSelector: { matchExpressions: [{ key: "a", operator: "NotIn", values: ["b"] }] } },
      'spec.podSelector: Unrecognized key: "matchExpressions"',
    ],
    [
      "with an empty label value",
      { podSelector: { matchLabels: { a: "" } } },
      "spec.podSelector.matchLabels.a: Too small: expected string to have >=1 characters",
    ],
    [
      "with a named port",
      { ingress: [{ ports: [{ port: "web" }] }] },
      "spec.ingress.0.ports.0.port: Invalid input: expected number, received string",
    ],
    [
      "with an IPv6 range",
      { ingress: [{ from: [{ ipBlock: { cidr: "fd00::/8" } }] }] },
      "spec.ingress.0.from.0.ipBlock.cidr: Invalid IPv4 range",
    ],
    ["without types", { policyTypes: [] }, "spec.policyTypes: Too small: expected array to have >=1 items"],
  ])("%s", (_, spec, problem) => {
    expect(() => manifestsOf([policy(spec)])).toThrow(`NetworkPolicy team-a/api cannot be judged: ${problem}`);
  });
});
