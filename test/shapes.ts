import type { Operated } from "../components/workloads/contract.ts";
import { NODE_AGENTS } from "../components/workloads/neighbour.ts";
import type { PlannedWorkload } from "../components/workloads/plan.ts";
import { handle, plan } from "./teams.ts";

const container = { image: "image@sha256:00", cpu: { request: 0.1 }, memoryMiB: { request: 64 }, user: 10001 };
const cluster = "cluster";

const store = plan("store", "data", { s3: { port: 8333, audience: cluster } });
const database = plan("database", "data", { sql: { port: 5432, audience: cluster } });

const probe = { periodSeconds: 10, failureThreshold: 3 };
const saving = { ...container, scratch: ["/tmp"] };
const ledger: PlannedWorkload = {
  ...plan(
    "ledger",
    "data",
    { api: { port: 8080, audience: cluster } },
    {
      container: {
        ...container,
        scratch: ["/tmp"],
        sharedMemoryMiB: 16,
        lifecycle: { graceSeconds: 60, drainSeconds: 5 },
      },
      sidecars: {
        exporter: {
          ...container,
          user: 65534,
          probes: { readiness: { ...probe, tcpPort: 9100 }, liveness: { ...probe, command: ["/bin/alive"] } },
        },
      },
      prepare: { render: { ...container, scratch: ["/tmp"] } },
      files: { "/etc/ledger.yaml": "a: 1\n" },
      secretFiles: { "/etc/tls/key": { secret: "tls", key: "key" } },
      volumes: {
        data: {
          path: "/data",
          sizeGiB: 1,
          keep: true,
          backup: { everyHours: 24, keepDays: 7, save: saving, restore: saving, mounts: true },
        },
      },
      jobs: { migrate: container },
      erasure: { job: { ...container, env: { SUBJECT: "" } } },
      needs: handle(database, "sql"),
      replicas: 2,
      peers: [7946],
    },
  ),
  ...Object.fromEntries(handle(store, "s3").map((s3) => ["store", s3])),
};

/** A port for each of two consumers. */
const proxy = plan("proxy", "platform", { proxy: { port: 3128, audience: cluster, perConsumer: true } });
const through = (port: number) => handle(proxy, "proxy").map((one) => ({ ...one, port }));
const crawler = plan(
  "crawler",
  "data",
  {},
  {
    replicas: { minimum: 1, maximum: 3, by: { kind: "cpu", share: 0.7 } },
    needs: through(20_001),
  },
);
const mailer = plan("mailer", "edge", {}, { needs: through(20_002) });

const agent: PlannedWorkload = {
  ...plan("agent", "platform", { metrics: { port: 9101, audience: cluster } }),
  namespace: NODE_AGENTS,
  handles: Object.fromEntries(
    handle(plan("agent", "platform", { metrics: { port: 9101, audience: cluster } }), "metrics").map((metrics) => [
      "metrics",
      { ...metrics, namespace: NODE_AGENTS },
    ]),
  ),
  workload: {
    form: "daemon",
    everyPool: true,
    container: { ...container, user: 0 },
    hostPaths: ["/", "/var/log"],
    clusterAccess: [{ apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] }],
    priority: "platform",
  },
};
const watcher = plan("watcher", "platform", {}, { needs: Object.values(agent.handles) });

/** Every shape that the runtime renders without an operator. */
export const shapes: readonly PlannedWorkload[] = [store, database, ledger, proxy, crawler, mailer, agent, watcher];

const operated: Operated = {
  form: "operated",
  operator: "cloudnative-pg",
  resources: [{ apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster", spec: { instances: 2 } }],
  podLabels: { "cnpg.io/cluster": "records" },
  operatorPorts: [8000],
  peers: [5432],
  asksApiServer: true,
  replicas: 2,
  container,
};
const records: PlannedWorkload = {
  ...plan("records", "data", { sql: { port: 5432, audience: cluster } }),
  workload: operated,
};
const reader = plan("reader", "edge", {}, { needs: handle(records, "sql") });
const queue = plan("queue", "data", { redis: { port: 6379, audience: cluster } });
const worker = plan("worker", "edge", {}, { needs: handle(queue, "redis") });
const scaled = handle(queue, "redis").flatMap((open): PlannedWorkload[] => {
  const server = { ...open, credentials: "client-worker" };
  const byQueue = { kind: "queue", server, list: "work", perReplica: 5 } as const;
  const byMetric = { kind: "metric", server: open, query: "up", perReplica: 0.5 } as const;
  return [byQueue, byMetric].map((by) => ({
    ...worker,
    name: `worker-by-${by.kind}`,
    workload: { ...worker.workload, form: "service", replicas: { minimum: 0, maximum: 3, by } },
  }));
});

/** Shapes that operators make pods of, or scale. */
export const operatedShapes: readonly PlannedWorkload[] = [records, reader, queue, ...scaled];

const pods = (namespace: string, name: string, labels: Record<string, string>) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace },
  spec: { template: { metadata: { labels }, spec: {} } },
});

/** What operators themselves run, and the pods that they make of {@link operatedShapes}. */
export const operatorObjects = [
  pods("splitfleet-system", "keda-operator", { "app.kubernetes.io/name": "keda-operator" }),
  pods("splitfleet-system", "cloudnative-pg", { "app.kubernetes.io/name": "cloudnative-pg" }),
  pods("team-data", "records", { "cnpg.io/cluster": "records" }),
];
