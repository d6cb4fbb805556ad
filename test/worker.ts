import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { KubernetesWorkload } from "../components/runtime/kubernetes.ts";
import { defineWorkload, type Handle, type Port, type Workload } from "../components/workloads/contract.ts";
import { neighbourOf } from "../components/workloads/neighbour.ts";
import type { PlannedWorkload } from "../components/workloads/plan.ts";
import { record } from "../plan/recorder/record.ts";
import type { Row, Value } from "../policies/row.ts";

export const container = { image: "worker@sha256:aa", cpu: { request: 1 }, memoryMiB: { request: 256 }, user: 10001 };

const FACTS = {
  environment: { name: "test", purpose: "development" },
  mesh: { tailnet: "example.ts.net" },
  pools: {},
  workloads: {},
  models: {},
  budget: {},
};

interface Surroundings {
  readonly ports?: Readonly<Record<string, Port>>;
  readonly hostnames?: Record<string, string>;
  /** Whether its runs wait for room. */
  readonly queued?: boolean;
  /** Where copies of its volumes go. */
  readonly store?: Handle;
}

/** What the runtime makes of a workload with the name `worker`. */
export async function rowsOf(
  workload: Workload,
  { ports = {}, hostnames = {}, queued = false, store }: Surroundings = {},
): Promise<readonly Row[]> {
  const definition = {
    ...defineWorkload({
      kind: "worker",
      summary: "",
      memory: "",
      runtimes: ["kubernetes"],
      ports,
      spec: {},
      build: () => workload,
    }),
    file: "test/worker.ts",
  };
  const entry = { kind: "worker", team: "assistants", pool: "inference", dataClass: "internal", hostnames };
  const planned: PlannedWorkload = {
    ...neighbourOf("worker", entry, definition, FACTS, {}),
    requires: [],
    workload,
    ...(store === undefined ? {} : { store }),
  };
  const { rows } = await record({ name: "test", config: {}, secretKeys: [] }, async () => {
    const provider = new kubernetes.Provider("kubernetes", {});
    const vault = { kv: "kv", loginMount: "kubernetes", environment: "test", dependsOn: [] };
    const allocation = { environment: "test", team: "assistants", dataClass: "internal", workload: "worker" };
    new KubernetesWorkload(
      "worker",
      {
        planned,
        surroundings: { fleet: [planned], apiServers: [{ range: "10.10.1.11/32", port: 6443 }] },
        namespace: "team-assistants",
        allocation,
        taints: [],
        priorityClass: "production",
        operators: [],
        queue: queued ? new pulumi.ComponentResource("test:queue:Queue", "queue") : undefined,
        vault,
      },
      { providers: [provider] },
    );
    return Promise.resolve({});
  });
  return rows.filter(({ custom, provider }) => custom && provider !== "");
}

export const labels = {
  "splitfleet/environment": "test",
  "splitfleet/team": "assistants",
  "splitfleet/data-class": "internal",
  "splitfleet/workload": "worker",
  "app.kubernetes.io/name": "worker",
};
export const metadata = { name: "worker", namespace: "team-assistants", labels };
export const selector = { matchLabels: { "app.kubernetes.io/name": "worker" } };

/** The pod of {@link container}, with what a form or a fact changes. */
export const template = (pod: object = {}, main: object = {}) => ({
  metadata: { labels },
  spec: {
    serviceAccountName: "worker",
    automountServiceAccountToken: false,
    priorityClassName: "production",
    nodeSelector: {},
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10001,
      runAsGroup: 10001,
      fsGroup: 10001,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: "main",
        image: "worker@sha256:aa",
        env: [],
        resources: { requests: { cpu: "1", memory: "256Mi" }, limits: { memory: "256Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [],
        ...main,
      },
    ],
    volumes: [],
    ...pod,
  },
});

/** The spec of a row that has one. */
export const specOf = (row: Row): Value | undefined => row.inputs["spec"];
