import { labelsOf } from "../../components/labels.ts";
import { BurstNetwork } from "../../components/network/burst-network.ts";
import { NodeFirewall } from "../../components/network/node-firewall.ts";
import { PrivateNetwork } from "../../components/network/private-network.ts";
import type { FleetProviders } from "../../components/providers.ts";
import type { EnvironmentSpec } from "../spec/environment.ts";
import type { EnvironmentLock } from "../spec/lock.ts";
import { entryOf, ofKind } from "../spec/of-kind.ts";
import { HETZNER_LOCATIONS } from "../spec/sites.ts";

export interface FleetNetworks {
  /** By Hetzner site. */
  readonly private: Readonly<Record<string, PrivateNetwork>>;
  /** By AWS site. */
  readonly burst: Readonly<Record<string, BurstNetwork>>;
}

/** A private network for each Hetzner site, a VPC for each AWS site, and one firewall over all servers. */
export function createNetworks(spec: EnvironmentSpec, lock: EnvironmentLock, providers: FleetProviders): FleetNetworks {
  const environment = spec.environment.name;
  const labels = labelsOf({ environment, team: "platform", dataClass: "internal" });
  const hetznerPools = Object.entries(ofKind(spec.pools, "hetzner"));

  const privateNetworks = Object.entries(ofKind(spec.sites, "hetzner")).map(([site, { location, range }]) => {
    const subnets = Object.fromEntries(
      hetznerPools.filter(([, pool]) => pool.site === site).map(([name, { subnet }]) => [name, subnet]),
    );
    const { networkZone } = HETZNER_LOCATIONS[location];
    return [
      site,
      new PrivateNetwork(site, { range, subnets, networkZone, labels }, { providers: [providers.hcloud] }),
    ] as const;
  });
  if (hetznerPools.length > 0) {
    new NodeFirewall(
      "nodes",
      { selector: `splitfleet/environment=${environment}`, labels },
      { providers: [providers.hcloud] },
    );
  }
  const burstNetworks = Object.entries(ofKind(spec.sites, "aws")).map(([site, { region, range }]) => {
    const provider = entryOf("sites", providers.aws, site);
    return [
      site,
      new BurstNetwork(site, { region, range, zones: zonesOf(spec, lock, site), labels }, { providers: [provider] }),
    ] as const;
  });

  return { private: Object.fromEntries(privateNetworks), burst: Object.fromEntries(burstNetworks) };
}

/** Full names of the zones that the site's pools use. */
function zonesOf(spec: EnvironmentSpec, lock: EnvironmentLock, site: string): string[] {
  const locked = ofKind(lock.pools, "aws");
  const zones = Object.entries(ofKind(spec.pools, "aws"))
    .filter(([, pool]) => pool.site === site)
    .flatMap(([name]) => entryOf("the lock's pools", locked, name).zones);
  return [...new Set(zones)].sort();
}
