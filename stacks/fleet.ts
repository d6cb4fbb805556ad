import { createProviders } from "../components/providers.ts";
import { planWorkloads } from "../components/workloads/plan.ts";
import { createCluster } from "./layers/cluster.ts";
import { createGuardrails } from "./layers/guardrails.ts";
import { createNetworks } from "./layers/networks.ts";
import { createPools, type FleetNodes } from "./layers/pools.ts";
import { createSecrets } from "./layers/secrets.ts";
import { createWorkloads } from "./layers/workloads.ts";
import { apiServerUrl } from "./layers/nodes.ts";
import type { EnvironmentSpec } from "./spec/environment.ts";
import type { EnvironmentLock } from "./spec/lock.ts";
import { ofKind } from "./spec/of-kind.ts";

export interface FleetOutputs {
  readonly environment: string;
  /** Addresses by node. */
  readonly nodes: FleetNodes["addresses"];
  /** Where to reach what the fleet serves: Vault and the API server as mesh devices call them, workloads as pods do. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Auto Scaling groups by burst pool. */
  readonly burstGroups: FleetNodes["burstGroups"];
}

/**
 * One environment, from the network up: networks, nodes, secret engines, namespaces, workloads. Decides everything from its
 * two arguments, which are plain values, so the plan knows every resource before the first one exists.
 */
export function fleet(spec: EnvironmentSpec, lock: EnvironmentLock): FleetOutputs {
  const vaultAddress = spec.secrets.vault.address;
  const providers = createProviders({
    environment: spec.environment.name,
    vaultAddress,
    awsRegions: Object.fromEntries(
      Object.entries(ofKind(spec.sites, "aws")).map(([name, { region }]) => [name, region]),
    ),
  });
  const planned = planWorkloads(spec, lock.images);

  const networks = createNetworks(spec, lock, providers);
  const nodes = createPools(spec, lock, networks, providers);
  const secrets = createSecrets(spec, planned, nodes, providers);
  const cluster = createCluster(spec, lock, planned, nodes, providers);
  createWorkloads(spec, planned, { secrets, cluster, nodes }, providers);
  createGuardrails(spec, providers);

  return {
    environment: spec.environment.name,
    nodes: nodes.addresses,
    endpoints: {
      kubernetes: apiServerUrl(spec, "mesh"),
      vault: vaultAddress,
      ...Object.fromEntries(
        planned.flatMap(({ name, definition, handles }) =>
          Object.entries(handles)
            .filter(([port]) => definition.ports[port]?.audience === "mesh")
            .map(([port, { url }]) => [`${name}.${port}`, url]),
        ),
      ),
    },
    burstGroups: nodes.burstGroups,
  };
}
