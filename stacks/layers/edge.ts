import { StaticSite } from "../../components/edge/static-site.ts";
import { Tunnel } from "../../components/edge/tunnel.ts";
import { Zone } from "../../components/edge/zone.ts";
import type { EdgeProviders } from "../../components/providers.ts";
import { secretPath } from "../../components/runtime/kubernetes/secrets.ts";
import { StoredSecret } from "../../components/secrets/stored-secret.ts";
import type { VaultEngines } from "../../components/secrets/vault-engines.ts";
import type { Provider as VaultProvider } from "@pulumi/vault";
import type { PlannedWorkload } from "../../components/workloads/plan.ts";
import { publicNames, tokenTakers } from "../spec/edge-names.ts";
import type { EdgeSpec } from "../spec/edge.ts";
import type { FleetNodes } from "./pools.ts";

interface Ground {
  readonly environment: string;
  readonly secrets: VaultEngines;
  readonly nodes: FleetNodes;
}

/** The way in from the internet: what Cloudflare answers, and the tunnel for what workloads publish. */
export function createEdge(
  { account, zone, plan, secretVersion, frontEnds }: EdgeSpec,
  planned: readonly PlannedWorkload[],
  { environment, secrets, nodes }: Ground,
  { cloudflare, random, vault }: EdgeProviders & { readonly vault: VaultProvider },
): void {
  new Zone("edge", { zone, plan }, { providers: [cloudflare] });
  for (const [name, { hostname, branch }] of Object.entries(frontEnds)) {
    new StaticSite(name, { account, zone: zone.id, hostname, branch }, { providers: [cloudflare] });
  }
  const tunnel = new Tunnel(
    environment,
    { account, zone: zone.id, hostnames: publicNames(planned), secretVersion },
    { providers: [cloudflare, random] },
  );
  for (const { workload, secret, key } of tokenTakers(planned)) {
    new StoredSecret(
      `${workload}-${secret}`,
      { kv: secrets.mounts.kv, path: secretPath(environment, workload, secret), values: { [key]: tunnel.token } },
      {
        providers: [vault],
        dependsOn: [secrets],
        ...(nodes.vaultPool === undefined ? {} : { deletedWith: nodes.vaultPool }),
      },
    );
  }
}
