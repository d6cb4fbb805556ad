import type { Catalogue } from "../../plan/pricing/catalogue/catalogue.ts";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import type { EnvironmentLock } from "../../stacks/spec/lock.ts";
import { entryOf } from "../../stacks/spec/of-kind.ts";
import type { Pool } from "../../stacks/spec/pools.ts";
import { InputError } from "../errors.ts";
import type { Ask } from "./ask.ts";
import { type AwsPoolQuery, chooseInstances } from "./aws-pools.ts";
import type { AwsCli } from "./aws-cli.ts";
import { chooseServerTypes, type HetznerPoolQuery } from "./hetzner-pools.ts";
import type { Note, Resolved } from "./part.ts";

type LockedPool = EnvironmentLock["pools"][string];

export interface PoolsQuery {
  readonly spec: Pick<EnvironmentSpec, "pools" | "sites">;
  readonly locked: EnvironmentLock["pools"];
  /** Leave what the lock has as long as the environment allows it. */
  readonly keep: boolean;
  /** ISO date. */
  readonly today: string;
}

export interface PoolSources {
  readonly ask: Ask;
  readonly aws: AwsCli;
  readonly catalogue: Catalogue;
  /** Undefined where nobody has signed in to Hetzner. */
  readonly hetznerToken: string | undefined;
}

const NO_TOKEN = "HCLOUD_TOKEN is not set";

/**
 * The machines of every pool whose machines are bought. A provider that can not be asked leaves its pools as they are.
 *
 * @throws InputError where the lock has no entry to leave, or nothing can be ordered.
 */
export async function resolvePools(query: PoolsQuery, sources: PoolSources): Promise<Resolved<LockedPool>> {
  const { spec, locked, keep } = query;
  const entries: Record<string, LockedPool> = {};
  const notes: Note[] = [];
  const reasons = new Map<string, string>();
  const missing: string[] = [];
  const hetzner: HetznerPoolQuery[] = [];
  const aws: AwsPoolQuery[] = [];
  let incomplete = false;
  const leave = (name: string, why: string): void => {
    const known = locked[name];
    const pool = spec.pools[name];
    if (known === undefined || pool === undefined || !allows(pool, known, spec)) {
      missing.push(`pools.${name}: ${why}, and the lock has nothing that could stay. Nothing was written.`);
      return;
    }
    incomplete = true;
    entries[name] = known;
    notes.push({ path: `pools.${name}`, message: `left as it is: ${why}` });
  };

  for (const [name, pool] of Object.entries(spec.pools)) {
    const known = locked[name];
    const site = entryOf("sites", spec.sites, pool.site);
    if (keep && known !== undefined && allows(pool, known, spec)) entries[name] = known;
    else if (pool.kind === "hetzner" && site.kind === "hetzner") {
      hetzner.push({ name, pool, location: site.location, locked: known?.kind === "hetzner" ? known : undefined });
    } else if (pool.kind === "aws" && site.kind === "aws") aws.push({ name, pool, region: site.region });
  }
  const { hetznerToken: token } = sources;
  if (token === undefined || token === "") for (const { name } of hetzner) leave(name, NO_TOKEN);
  else if (hetzner.length > 0) {
    for (const [name, choice] of await chooseServerTypes(hetzner, { ...sources, token, today: query.today })) {
      entries[name] = choice.entry;
      notes.push(...choice.notes);
      if (choice.reason !== undefined) reasons.set(`pools.${name}.serverType`, choice.reason);
    }
  }
  for (const pool of aws) {
    const choice = await chooseInstances(pool, sources);
    if ("unavailable" in choice) leave(pool.name, choice.unavailable);
    else {
      entries[pool.name] = choice.entry;
      notes.push(...choice.notes);
    }
  }
  if (missing.length > 0) throw new InputError(missing.join("\n"));
  const inOrder = Object.keys(spec.pools).flatMap((name): [string, LockedPool][] => {
    const entry = entries[name];
    return entry === undefined ? [] : [[name, entry]];
  });
  return { entries: Object.fromEntries(inOrder), notes, reasons, incomplete };
}

/** Whether an entry of the lock still fits what the environment says; the checks of an environment say the same. */
function allows(pool: Pool, locked: LockedPool, { sites }: PoolsQuery["spec"]): boolean {
  const site = entryOf("sites", sites, pool.site);
  if (pool.kind === "hetzner" && locked.kind === "hetzner") return pool.serverTypes.includes(locked.serverType);
  if (pool.kind !== "aws" || locked.kind !== "aws" || site.kind !== "aws") return false;
  const zones = pool.zones.map((letter) => `${site.region}${letter}`);
  return (
    locked.instanceTypes.every(({ type }) => pool.instanceTypes.includes(type)) &&
    zones.length === locked.zones.length &&
    zones.every((zone) => locked.zones.includes(zone))
  );
}
