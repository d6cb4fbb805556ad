import { TenantNamespace } from "../components/cluster/tenant-namespace.ts";
import { KubernetesWorkload } from "../components/runtime/kubernetes.ts";
import { defineWorkload, type Handle, type Service, type WorkloadKind } from "../components/workloads/contract.ts";
import type { RegisteredKind } from "../components/workloads/extensions.ts";
import { namespaceOf, NODE_AGENTS } from "../components/workloads/neighbour.ts";
import type { PlannedWorkload } from "../components/workloads/plan.ts";
import { record } from "../plan/recorder/record.ts";
import type { Row } from "../policies/row.ts";

const workload = (parts: Partial<Service>): Service => ({
  replicas: 1,
  container: { image: "image@sha256:00", cpu: { request: 1 }, memoryMiB: { request: 64 }, user: 10001 },
  ...parts,
});
const kind = (name: string, ports: WorkloadKind["ports"]): RegisteredKind => ({
  ...defineWorkload({
    kind: name,
    summary: name,
    memory: "",
    runtimes: ["kubernetes"],
    ports,
    spec: {},
    build: () => workload({}),
  }),
  file: "test/teams.ts",
});

/** A workload of a team, with what it needs besides. */
export function plan(
  name: string,
  team: string,
  ports: WorkloadKind["ports"],
  parts: Partial<Service> = {},
): PlannedWorkload {
  const namespace = namespaceOf(team);
  const host = `${name}.${namespace}.svc.cluster.local`;
  const handles = Object.fromEntries(
    Object.entries(ports).map(([key, { port, protocol = "TCP" }]): [string, Handle] => [
      key,
      { workload: name, team, namespace, port, protocol, host, url: "" },
    ]),
  );
  const entry = { kind: name, team, pool: "inference", dataClass: "internal" };
  return {
    name,
    entry,
    definition: kind(name, ports),
    runtime: "kubernetes",
    namespace,
    meshHost: undefined,
    outside: undefined,
    serves: [],
    egress: [],
    handles,
    workload: workload(parts),
    requires: [],
  };
}

export const handle = ({ handles }: PlannedWorkload, port: string): Handle[] =>
  Object.entries(handles).flatMap(([name, found]) => (name === port ? [found] : []));

const { container } = workload({});
const database = plan(
  "database",
  "data",
  { sql: { port: 5432, audience: "cluster" }, metrics: { port: 9187, audience: "cluster" } },
  { jobs: { migrate: container } },
);
const resolver = plan("resolver", "platform", {
  udp: { port: 5353, audience: "cluster", protocol: "UDP" },
  tcp: { port: 5353, audience: "cluster" },
});
const gateway = plan(
  "gateway",
  "edge",
  { https: { port: 8443, audience: "mesh" }, console: { port: 9000, audience: "admin" } },
  { needs: [...handle(database, "sql"), ...handle(resolver, "udp")], replicas: 2 },
);
const reporter = plan("reporter", "data", {}, { needs: [...handle(database, "sql"), ...handle(gateway, "https")] });
const monitor = plan(
  "monitor",
  "platform",
  {},
  { needs: [...handle(database, "metrics"), ...handle(resolver, "tcp")] },
);

/** Workloads of three teams that need each other across namespaces, on several ports, one of them by two protocols. */
export const planned: readonly PlannedWorkload[] = [database, resolver, gateway, reporter, monitor];
export const teams = ["data", "edge", "platform"];
export const API_SERVER = "10.10.1.11";

/** A workload that is none of {@link planned}, and needs the database. */
export const intruder = plan("intruder", "edge", {}, { needs: handle(database, "sql") });

/** What the fleet's own components register for the teams and their workloads. */
export async function rowsOfTeams(workloads: readonly PlannedWorkload[]): Promise<readonly Row[]> {
  const { rows } = await record({ name: "teams", config: {}, secretKeys: [] }, async () => {
    new TenantNamespace("splitfleet-system", {
      namespace: "splitfleet-system",
      egress: [
        { range: `${API_SERVER}/32`, port: 6443 },
        { range: "100.64.0.0/10", port: 8200 },
      ],
      labels: {},
    });
    if (workloads.some(({ namespace }) => namespace === NODE_AGENTS))
      new TenantNamespace(NODE_AGENTS, { namespace: NODE_AGENTS, podSecurity: "privileged", labels: {} });
    for (const team of teams) new TenantNamespace(namespaceOf(team), { namespace: namespaceOf(team), labels: {} });
    for (const one of workloads) {
      const { team, pool, dataClass } = one.entry;
      new KubernetesWorkload(one.name, {
        planned: one,
        surroundings: { fleet: workloads, apiServers: [{ range: `${API_SERVER}/32`, port: 6443 }] },
        namespace: one.namespace,
        taints: [],
        priorityClass: "production",
        operators: [],
        queue: undefined,
        allocation: { environment: "teams", team, pool, dataClass, workload: one.name },
        vault: { kv: "kv", loginMount: "kubernetes", environment: "teams", dependsOn: [] },
      });
    }
  });
  return rows;
}
