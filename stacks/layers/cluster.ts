import type * as pulumi from "@pulumi/pulumi";
import { TenantNamespace } from "../../components/cluster/tenant-namespace.ts";
import { labelsOf } from "../../components/labels.ts";
import { hostAddress } from "../../components/network/ranges.ts";
import type { FleetProviders } from "../../components/providers.ts";
import { SecretsOperator } from "../../components/secrets/secrets-operator.ts";
import { namespaceOf } from "../../components/workloads/plan.ts";
import type { EnvironmentSpec } from "../spec/environment.ts";
import { entryOf, ofKind } from "../spec/of-kind.ts";
import { k3sServers } from "./nodes.ts";
import type { FleetNodes } from "./pools.ts";

const SYSTEM = "splitfleet-system";
const MESH_RANGE = "100.64.0.0/10";
const API_PORT = 6443;
const VAULT_PORT = 8200;

export interface FleetCluster {
  /** Namespaces by team. */
  readonly teams: Readonly<Record<string, TenantNamespace>>;
  readonly secretsOperator: SecretsOperator;
}

/** What the cluster holds before any workload: the fleet's own namespace with its operators, and a closed namespace for each team. */
export function createCluster(spec: EnvironmentSpec, nodes: FleetNodes, providers: FleetProviders): FleetCluster {
  const environment = spec.environment.name;
  const opts: pulumi.ComponentResourceOptions = {
    providers: [providers.kubernetes],
    ...(nodes.serverPool === undefined ? {} : { dependsOn: [nodes.serverPool], deletedWith: nodes.serverPool }),
  };
  const hetznerPools = ofKind(spec.pools, "hetzner");
  const apiServers = k3sServers(spec).map(({ pool, number }) => ({
    range: `${hostAddress(entryOf("pools", hetznerPools, pool).subnet, number)}/32`,
    port: API_PORT,
  }));

  const system = new TenantNamespace(
    SYSTEM,
    {
      namespace: SYSTEM,
      egress: [...apiServers, { range: MESH_RANGE, port: VAULT_PORT }],
      labels: labelsOf({ environment, team: "platform", dataClass: "confidential" }),
    },
    opts,
  );
  const teams = Object.entries(spec.teams).map(([team, { quota }]) => {
    const name = namespaceOf(team);
    const labels = labelsOf({ environment, team, dataClass: "personal" });
    return [team, new TenantNamespace(name, { namespace: name, quota, labels }, opts)] as const;
  });
  const secretsOperator = new SecretsOperator(
    "secrets-operator",
    { namespace: system.namespace, vaultAddress: spec.secrets.vault.address },
    opts,
  );
  return { teams: Object.fromEntries(teams), secretsOperator };
}
