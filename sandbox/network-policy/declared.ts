import { hostAddress } from "../../components/network/ranges.ts";
import type { Audience, Handle } from "../../components/workloads/contract.ts";
import { namespaceOf, NODE_AGENTS } from "../../components/workloads/neighbour.ts";
import { planWorkloads, type PlannedWorkload } from "../../components/workloads/plan.ts";
import { k3sServers } from "../../stacks/layers/nodes.ts";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import type { EnvironmentLock } from "../../stacks/spec/lock.ts";
import { entryOf, ofKind } from "../../stacks/spec/of-kind.ts";
import type { Flow, Party, Protocol } from "./flow.ts";

// Said here once more on purpose: figures taken from the code that derives the policies would prove nothing about it.
const SYSTEM_NAMESPACE = "splitfleet-system";
const MESH: Party = { kind: "addresses", range: "100.64.0.0/10" };
/** All but what IANA's registry has as private, shared, loopback, link-local, for protocols, multicast or reserved. */
const INTERNET: Party = {
  kind: "addresses",
  range: "0.0.0.0/0",
  except: [
    ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
    ...["192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3"],
  ],
};
const NAME_SERVER: Party = { kind: "workload", namespace: "kube-system", name: "kube-dns" };
const DNS_PORT = 53;
const API_PORT = 6443;
const VAULT_PORT = 8200;

/** Who outside the cluster a port's audience lets in. Nothing serves the public or operators yet. */
const OUTSIDERS: Record<Audience, Party | undefined> = {
  cluster: undefined,
  mesh: MESH,
  public: undefined,
  admin: undefined,
};

/** The parts of an environment, beside its workloads, that declare connections. */
export interface DeclaringFacts {
  readonly teams: readonly string[];
  /** IPv4 addresses of the API servers as pods reach them. */
  readonly apiServers: readonly string[];
}

/** Every connection that an environment's files and definitions declare; {@link prove} holds the policies to it. */
export function declaredByEnvironment(spec: EnvironmentSpec, lock: EnvironmentLock): Flow[] {
  const pools = ofKind(spec.pools, "hetzner");
  const apiServers = k3sServers(spec).map(({ pool, number }) =>
    hostAddress(entryOf("pools", pools, pool).subnet, number),
  );
  return declaredFlows({ teams: Object.keys(spec.teams), apiServers }, planWorkloads(spec, lock.images));
}

/**
 * As {@link declaredByEnvironment}, from workloads that are planned already: needs, jobs and audiences of the
 * definitions, name resolution for every pod, what the fleet's own operators reach, and the internet for what stands at
 * the border. The hosts that definitions name (`egress`) are none of it: they are the egress proxy's business.
 */
export function declaredFlows({ teams, apiServers }: DeclaringFacts, planned: readonly PlannedWorkload[]): Flow[] {
  const system: Party = { kind: "namespace", namespace: SYSTEM_NAMESPACE };
  const servers = apiServers.map((address): Party => ({ kind: "addresses", range: `${address}/32` }));
  const agents = planned.some(({ namespace }) => namespace === NODE_AGENTS) ? [NODE_AGENTS] : [];
  return [
    ...[SYSTEM_NAMESPACE, ...agents, ...teams.map(namespaceOf)].flatMap(nameResolution),
    ...servers.map((server) => flow(system, server, API_PORT, "TCP", "operators watch the API server")),
    flow(system, MESH, VAULT_PORT, "TCP", "operators read secrets from Vault"),
    ...planned.flatMap((workload) => workloadFlows(workload, servers)),
  ];
}

const flow = (from: Party, to: Party, port: number, protocol: Protocol, why: string): Flow => ({
  from,
  to,
  port,
  protocol,
  why,
});

const direct = (from: Party, to: Party, port: number, why: string): Flow => ({
  ...flow(from, to, port, "TCP", why),
  direct: true,
});

const nameResolution = (namespace: string): Flow[] =>
  (["UDP", "TCP"] as const).map((protocol) =>
    flow({ kind: "namespace", namespace }, NAME_SERVER, DNS_PORT, protocol, "every pod resolves names"),
  );

function workloadFlows(planned: PlannedWorkload, apiServers: readonly Party[]): Flow[] {
  const { name, namespace, definition, handles, workload } = planned;
  const pods = (of: string): Party => ({ kind: "workload", namespace, name: of });
  const reach = (from: Party, handle: Handle, why: string): Flow[] =>
    handle.outside === true
      ? []
      : [
          flow(
            from,
            { kind: "workload", namespace: handle.namespace, name: handle.workload },
            handle.port,
            handle.protocol,
            why,
          ),
        ];
  const open = Object.entries(handles).filter(([port]) => definition.ports[port]?.perConsumer !== true);
  const asksApi = workload.form === "operated" && workload.asksApiServer === true;
  return [
    ...(workload.needs ?? []).flatMap((need) => reach(pods(name), need, `workloads.${name} needs ${need.workload}`)),
    ...beside(planned).flatMap(({ name: run, needs, what }) => [
      ...open.flatMap(([, handle]) => reach(pods(run), handle, `${what} of workloads.${name}`)),
      ...needs.flatMap((need) => reach(pods(run), need, `${what} of workloads.${name} needs ${need.workload}`)),
    ]),
    ...Object.entries(definition.ports).flatMap(([port, { audience }]) => {
      const [outsiders, handle] = [OUTSIDERS[audience], handles[port]];
      return outsiders === undefined || handle === undefined
        ? []
        : reach(outsiders, handle, `port ${port} of workloads.${name} is for the ${audience}`);
    }),
    ...(asksApi || [...(workload.clusterAccess ?? []), ...(workload.namespaceAccess ?? [])].length > 0
      ? apiServers.map((server) => flow(pods(name), server, API_PORT, "TCP", `workloads.${name} asks the API server`))
      : []),
    ...(workload.internet ?? []).map(({ port, protocol, purpose }) =>
      flow(pods(name), INTERNET, port, protocol, `workloads.${name} reaches the internet: ${purpose}`),
    ),
    ...directFlows(planned, pods(name)),
  ];
}

interface Beside {
  readonly name: string;
  readonly needs: readonly Handle[];
  readonly what: string;
}

/** Pods that run for a workload beside its own. */
function beside({ name, workload, store }: PlannedWorkload): Beside[] {
  const { jobs = {}, volumes = {}, erasure, needs = [], replicas = 1 } = workload;
  const pods = typeof replicas === "number" ? replicas : replicas.maximum;
  const copies = Object.entries(volumes).flatMap(([volume, { backup }]) => {
    if (backup === undefined || store === undefined) return [];
    const verbs = [
      ...(backup.save === undefined ? [] : ["backup"]),
      ...(backup.restore === undefined ? [] : ["restore"]),
    ];
    const numbers = backup.mounts === true && pods > 1 ? Array.from({ length: pods }, (_, pod) => `-${pod}`) : [""];
    return verbs.flatMap((verb) =>
      numbers.map((number) => ({
        name: `${name}-${volume}-${verb}${number}`,
        needs: [...needs, store],
        what: `the ${verb} of volume ${volume}`,
      })),
    );
  });
  return [
    ...Object.keys(jobs).map((job) => ({ name: `${name}-${job}`, needs, what: `job ${job}` })),
    ...copies,
    ...(erasure !== undefined && "job" in erasure ? [{ name: `${name}-erase`, needs, what: "the erasure" }] : []),
  ];
}

/** Connections within a workload of several members, and those of the operators that look after it. */
function directFlows({ name, workload }: PlannedWorkload, own: Party): Flow[] {
  const among = (workload.peers ?? []).map((port) => direct(own, own, port, `workloads.${name} is a cluster`));
  const operator = (pods: string): Party => ({ kind: "workload", namespace: SYSTEM_NAMESPACE, name: pods });
  const looked =
    workload.form === "operated"
      ? (workload.operatorPorts ?? []).map((port) =>
          direct(operator(workload.operator), own, port, `${workload.operator} looks after workloads.${name}`),
        )
      : [];
  const { replicas } = workload;
  if (typeof replicas !== "object" || replicas.by.kind === "cpu") return [...among, ...looked];
  const { server } = replicas.by;
  const asked: Party = { kind: "workload", namespace: server.namespace, name: server.workload };
  return [
    ...among,
    ...looked,
    flow(
      operator("keda-operator"),
      asked,
      server.port,
      server.protocol,
      `workloads.${name} scales by ${server.workload}`,
    ),
  ];
}
