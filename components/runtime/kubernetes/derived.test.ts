import { expect, test } from "vitest";
import type { Handle, Service, Workload } from "../../workloads/contract.ts";
import { planWorkloads, type PlannedWorkload } from "../../workloads/plan.ts";
import { configFiles } from "./config-files.ts";
import { networkPolicySpec, runPolicySpec } from "./network-policy.ts";
import { podTemplate } from "./pod.ts";
import { runsOf } from "../../workloads/runs.ts";

type ServiceWorkload = PlannedWorkload & { readonly workload: Service };

const entry = { team: "assistants", pool: "inference", dataClass: "personal" };
const [proxy, engine] = planWorkloads(
  {
    environment: { name: "sandbox", purpose: "development" },
    mesh: { tailnet: "example.ts.net" },
    pools: {},
    budget: {},
    workloads: {
      proxy: { kind: "litellm", ...entry },
      engine: { kind: "ollama", ...entry, team: "platform", models: ["small"] },
    },
    models: {
      small: {
        engine: "ollama",
        reference: "llama3.2:3b",
        weightsGiB: 2,
        contextTokens: 4096,
        contextKiBPerToken: 112,
        tier: "small",
        dataClass: "personal",
      },
    },
  },
  { ollama: "ollama@sha256:aa", litellm: "litellm@sha256:bb" },
) as [ServiceWorkload, ServiceWorkload];

const pods = (workload: string, team: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": `team-${team}` } },
  podSelector: { matchLabels: { "app.kubernetes.io/name": workload } },
});
const of = (...fleet: PlannedWorkload[]) => ({ fleet, apiServers: [] });
const taints = [{ key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" }];
const allocation = { environment: "sandbox", ...entry, workload: "proxy" };
const podOf = (workload: Workload, files = configFiles(workload.files ?? {})) =>
  podTemplate({
    planned: { ...proxy, workload },
    labels: {},
    allocation,
    taints,
    priorityClass: "production",
    files,
    account: "proxy",
  });

test("a port for the mesh lets mesh addresses in, and a need lets its consumer out", () => {
  expect(networkPolicySpec(proxy, of(engine))).toEqual({
    podSelector: { matchLabels: { "app.kubernetes.io/name": "proxy" } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: [{ ipBlock: { cidr: "100.64.0.0/10" } }], ports: [{ port: 4000, protocol: "TCP" }] }],
    egress: [{ to: [pods("engine", "platform")], ports: [{ port: 11434, protocol: "TCP" }] }],
  });
});

test("a port for the cluster lets in those that declared a need, and the workload's own jobs", () => {
  expect(networkPolicySpec(engine, of(proxy))).toEqual({
    podSelector: { matchLabels: { "app.kubernetes.io/name": "engine" } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      {
        from: [pods("proxy", "assistants"), pods("engine-preload", "platform")],
        ports: [{ port: 11434, protocol: "TCP" }],
      },
    ],
    egress: [],
  });
});

test("a port number that serves two protocols lets a consumer in by the one it needs", () => {
  const tcp: Handle = {
    workload: "names",
    team: "platform",
    namespace: "team-platform",
    port: 53,
    protocol: "TCP",
    host: "",
    url: "",
  };
  const udp: Handle = { ...tcp, protocol: "UDP" };
  const names: PlannedWorkload = {
    ...engine,
    name: "names",
    handles: { tcp, udp },
    workload: { ...engine.workload, jobs: {} },
  };
  const consumer = { ...proxy, workload: { ...proxy.workload, needs: [udp] } };
  expect(networkPolicySpec(names, of(consumer)).ingress).toEqual([
    { from: [pods("proxy", "assistants")], ports: [{ port: 53, protocol: "UDP" }] },
  ]);
});

test("a workload nobody needs lets nothing but its jobs in", () => {
  expect(networkPolicySpec(engine, of()).ingress).toEqual([
    { from: [pods("engine-preload", "platform")], ports: [{ port: 11434, protocol: "TCP" }] },
  ]);
});

test("a job may reach its workload and what that needs, and nothing else", () => {
  const job = runsOf(engine)[0] ?? { name: "", needs: [] };
  expect(runPolicySpec(engine, job, of())).toEqual({
    podSelector: { matchLabels: { "app.kubernetes.io/name": "engine-preload" } },
    policyTypes: ["Ingress", "Egress"],
    egress: [{ to: [pods("engine", "platform")], ports: [{ port: 11434, protocol: "TCP" }] }],
  });
});

test("pods run restricted: no root, no privilege, no writable image, no token", () => {
  const { spec } = podOf(proxy.workload);
  expect(spec).toMatchObject({
    automountServiceAccountToken: false,
    nodeSelector: { "splitfleet/pool": "inference" },
    securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
      },
    ],
  });
});

test("a secret reaches a container by reference, never by value", () => {
  expect(podOf(proxy.workload).spec).toMatchObject({
    containers: [
      {
        env: expect.arrayContaining([
          { name: "LITELLM_MASTER_KEY", valueFrom: { secretKeyRef: { name: "proxy-master-key", key: "key" } } },
        ]),
      },
    ],
  });
});

test("a changed file rolls the pods", () => {
  const before = podOf(proxy.workload).metadata;
  const after = podOf(
    proxy.workload,
    configFiles({ ...proxy.workload.files, "/etc/litellm/config.yaml": "model_list: []\n" }),
  ).metadata;
  expect(before).toMatchObject({
    annotations: { "splitfleet/config-checksum": expect.stringMatching(/^[0-9a-f]{16}$/) },
  });
  expect(after).not.toEqual(before);
});

test("only several replicas are spread over hosts", () => {
  expect(podOf(proxy.workload).spec).not.toHaveProperty("topologySpreadConstraints");
  expect(podOf({ ...proxy.workload, replicas: 2 }).spec).toHaveProperty("topologySpreadConstraints");
});

test("pods put up with the taints of their pool, and with no other", () => {
  expect(podOf(proxy.workload).spec).toMatchObject({
    tolerations: [{ key: "nvidia.com/gpu", operator: "Equal", value: "true", effect: "NoSchedule" }],
  });
});
