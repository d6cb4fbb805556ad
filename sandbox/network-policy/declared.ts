import { hostAddress } from "../../components/network/ranges.ts";
import type { Audience, Handle } from "../../components/workloads/contract.ts";
import { namespaceOf } from "../../components/workloads/neighbour.ts";
import { planWorkloads, type PlannedWorkload } from "../../components/workloads/plan.ts";
import { k3sServers } from "../../stacks/layers/nodes.ts";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import type { EnvironmentLock } from "../../stacks/spec/lock.ts";
import { entryOf, ofKind } from "../../stacks/spec/of-kind.ts";
import type { Flow, Party, Protocol } from "./flow.ts";

// Said here once more on purpose: figures taken from the code that derives the policies would prove nothing about it.
const SYSTEM_NAMESPACE = "splitfleet-system";
const MESH: Party = { kind: "addresses", range: "100.64.0.0/10" };
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
 * definitions, name resolution for every pod, and what the fleet's own operators reach. Hosts outside the fleet
 * (`egress` of a definition) are none of it: they are the egress proxy's business.
 */
export function declaredFlows({ teams, apiServers }: DeclaringFacts, planned: readonly PlannedWorkload[]): Flow[] {
  const system: Party = { kind: "namespace", namespace: SYSTEM_NAMESPACE };
  return [
    ...[SYSTEM_NAMESPACE, ...teams.map(namespaceOf)].flatMap(nameResolution),
    ...apiServers.map((address) =>
      flow(system, { kind: "addresses", range: `${address}/32` }, API_PORT, "TCP", "operators watch the API server"),
    ),
    flow(system, MESH, VAULT_PORT, "TCP", "operators read secrets from Vault"),
    ...planned.flatMap(workloadFlows),
  ];
}

const flow = (from: Party, to: Party, port: number, protocol: Protocol, why: string): Flow => ({
  from,
  to,
  port,
  protocol,
  why,
});

const nameResolution = (namespace: string): Flow[] =>
  (["UDP", "TCP"] as const).map((protocol) =>
    flow({ kind: "namespace", namespace }, NAME_SERVER, DNS_PORT, protocol, "every pod resolves names"),
  );

function workloadFlows({ name, namespace, definition, handles, workload }: PlannedWorkload): Flow[] {
  const pods = (of: string): Party => ({ kind: "workload", namespace, name: of });
  const reach = (from: Party, handle: Handle, why: string): Flow =>
    flow(
      from,
      { kind: "workload", namespace: handle.namespace, name: handle.workload },
      handle.port,
      handle.protocol,
      why,
    );
  return [
    ...(workload.needs ?? []).map((need) => reach(pods(name), need, `workloads.${name} needs ${need.workload}`)),
    ...Object.keys(workload.jobs ?? {}).flatMap((job) =>
      Object.values(handles).map((handle) => reach(pods(`${name}-${job}`), handle, `job ${job} of workloads.${name}`)),
    ),
    ...Object.entries(definition.ports).flatMap(([port, { audience }]) => {
      const [outsiders, handle] = [OUTSIDERS[audience], handles[port]];
      return outsiders === undefined || handle === undefined
        ? []
        : [reach(outsiders, handle, `port ${port} of workloads.${name} is for the ${audience}`)];
    }),
  ];
}
