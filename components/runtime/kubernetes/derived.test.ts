import { expect, test } from "vitest";
import type { Handle, Service, Workload } from "../../workloads/contract.ts";
import { planWorkloads, type PlannedWorkload } from "../../workloads/plan.ts";
import { runsOf } from "../../workloads/runs.ts";
import { configFiles } from "./config-files.ts";
import { networkPolicySpec, runPolicySpec } from "./network-policy.ts";
import { podTemplate } from "./pod.ts";
import { openPorts } from "./ports.ts";

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
      egress: { kind: "egress-proxy", ...entry, team: "platform" },
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
  {
    ollama: "ollama@sha256:aa",
    litellm: "litellm@sha256:bb",
    "egress-proxy": "squid@sha256:cc",
    haproxy: "haproxy@sha256:dd",
  },
) as [ServiceWorkload, ServiceWorkload];

const pods = (workload: string, team: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": `team-${team}` } },
  podSelector: { matchLabels: { "app.kubernetes.io/name": workload } },
});
/** The engine's way out, to the port of the proxy that is its own. */
const TO_EGRESS_PROXY = { to: [pods("egress", "platform")], ports: [{ port: 28869, protocol: "TCP" }] };
const ZERO: Handle = {
  workload: "engine",
  team: "platform",
  namespace: "team-platform",
  port: 0,
  protocol: "TCP",
  host: "",
  url: "",
};
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
    egress: [TO_EGRESS_PROXY],
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
    egress: [{ to: [pods("engine", "platform")], ports: [{ port: 11434, protocol: "TCP" }] }, TO_EGRESS_PROXY],
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

test("a port of each consumer's own lets in that consumer and nobody else, and no job", () => {
  const ports = { proxy: { port: 3128, audience: "cluster", perConsumer: true } } as const;
  const definition = { ...engine.definition, ports };
  const handle = { ...(engine.handles["api"] ?? ZERO), port: 3128 };
  const squid = { ...engine, definition, handles: { proxy: handle } };
  const caller = (index: number): PlannedWorkload => ({
    ...proxy,
    name: `caller-${index}`,
    workload: { ...proxy.workload, needs: [{ ...handle, port: 20_000 + index }] },
  });
  const [one, other] = [caller(1), caller(2)];
  expect(networkPolicySpec(squid, of(squid, one, other)).ingress).toEqual([
    { from: [pods("caller-1", "assistants")], ports: [{ port: 20_001, protocol: "TCP" }] },
    { from: [pods("caller-2", "assistants")], ports: [{ port: 20_002, protocol: "TCP" }] },
  ]);
  expect(openPorts(squid, [one, other]).map(({ name, handle: { port } }) => [name, port])).toEqual([
    ["proxy-caller-1", 20_001],
    ["proxy-caller-2", 20_002],
  ]);
});

test("public and admin ports let nobody in who has declared no need", () => {
  for (const audience of ["public", "admin"] as const) {
    const definition = { ...engine.definition, ports: { api: { port: 11434, audience } } };
    const site: PlannedWorkload = { ...engine, definition, workload: { ...engine.workload, jobs: {} } };
    expect(networkPolicySpec(site, of(site)).ingress).toEqual([]);
  }
});

test("a job reaches what its workload needs, and is let in there; what is outside is not its to reach", () => {
  const database: PlannedWorkload = { ...engine, name: "database", workload: { ...engine.workload, jobs: {} } };
  const sql = { ...(engine.handles["api"] ?? ZERO), workload: "database", port: 5432 };
  const store: Handle = { ...sql, workload: "store", host: "s3.example.org", outside: true };
  const shop = { ...engine, workload: { ...engine.workload, needs: [sql, store] } };
  const [job] = runsOf(shop);
  expect(job === undefined ? undefined : runPolicySpec(shop, job, of(shop, database)).egress).toEqual([
    { to: [pods("engine", "platform")], ports: [{ port: 11434, protocol: "TCP" }] },
    { to: [pods("database", "platform")], ports: [{ port: 5432, protocol: "TCP" }] },
  ]);
  const withSql = { ...database, handles: { sql } };
  expect(networkPolicySpec(withSql, of(shop, withSql)).ingress).toEqual([
    {
      from: [pods("engine", "platform"), pods("engine-preload", "platform")],
      ports: [{ port: 5432, protocol: "TCP" }],
    },
  ]);
});

test("only backups reach their store, and a store lets in only them", () => {
  const handle: Handle = { ...(engine.handles["api"] ?? ZERO), workload: "store", port: 8333 };
  const save = { image: "save", cpu: { request: 1 }, memoryMiB: { request: 64 }, user: 10001 };
  const volumes = { data: { path: "/data", sizeGiB: 1, keep: true, backup: { everyHours: 24, keepDays: 7, save } } };
  const shop: PlannedWorkload = { ...engine, store: handle, workload: { ...engine.workload, jobs: {}, volumes } };
  const seaweed: PlannedWorkload = {
    ...engine,
    name: "store",
    handles: { s3: handle },
    workload: { ...engine.workload, jobs: {} },
  };
  expect(networkPolicySpec(shop, of(shop, seaweed)).egress).toEqual([TO_EGRESS_PROXY]);
  expect(networkPolicySpec(seaweed, of(shop, seaweed)).ingress).toEqual([
    { from: [pods("engine-data-backup", "platform")], ports: [{ port: 8333, protocol: "TCP" }] },
  ]);
});
