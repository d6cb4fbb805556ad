import { Decimal } from "decimal.js";
import type { Catalogue } from "../../plan/pricing/catalogue/catalogue.ts";
import { inEuros } from "../../plan/pricing/euros.ts";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import type { EnvironmentLock } from "../../stacks/spec/lock.ts";

export type LockParts = Pick<EnvironmentLock, "pools" | "images" | "binaries">;

/** One value of the lock that differs; empty where it was, or will be, absent. */
export interface Change {
  /** Such as `pools.operations.serverType` or `images.grafana`. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** Nodes that get another server type, with what the step costs. */
export interface TypeStep {
  readonly pool: string;
  readonly nodes: number;
  /**
   * `resize`: the next `up` stops each node, resizes it and starts it. `replace`: Hetzner resizes neither to a smaller
   * disk nor to another architecture, so the nodes have to be made anew.
   */
  readonly step: "resize" | "replace";
  readonly before: string;
  readonly after: string;
  /** Euros a month of one node by the catalogue, without VAT; null where the catalogue does not know the type. */
  readonly monthlyEurosBefore: string | null;
  readonly monthlyEurosAfter: string | null;
}

/** Values of a document by their place. Lists count as places too. */
function leaves(value: unknown, path: readonly (string | number)[] = []): Map<string, string> {
  if (typeof value !== "object" || value === null) return new Map([[path.join("."), String(value)]]);
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
  return new Map([...entries].flatMap(([key, item]) => [...leaves(item, [...path, key])]));
}

/** What differs between two locks, by place. */
export function changesOf(before: LockParts, after: LockParts): Change[] {
  const valuesOf = ({ pools, images, binaries }: LockParts): Map<string, string> => leaves({ pools, images, binaries });
  const [old, next] = [valuesOf(before), valuesOf(after)];
  return [...new Set([...old.keys(), ...next.keys()])]
    .map((path) => ({ path, before: old.get(path) ?? "", after: next.get(path) ?? "" }))
    .filter((change) => change.before !== change.after)
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Hetzner pools whose nodes get another type. From then on each is billed as a new order is today. */
export function typeStepsOf(
  before: LockParts,
  after: LockParts,
  { spec, catalogue }: { readonly spec: Pick<EnvironmentSpec, "pools" | "sites">; readonly catalogue: Catalogue },
): TypeStep[] {
  return Object.entries(spec.pools).flatMap(([name, pool]): TypeStep[] => {
    const [old, next] = [before.pools[name], after.pools[name]];
    const site = spec.sites[pool.site];
    if (pool.kind !== "hetzner" || old?.kind !== "hetzner" || next?.kind !== "hetzner") return [];
    if (site?.kind !== "hetzner" || old.serverType === next.serverType) return [];
    const monthly = (item: string): string | null => {
      const price = catalogue.find({ provider: "hetzner", kind: "server", item, region: site.location });
      if (price?.monthlyCap === undefined) return null;
      return inEuros(catalogue, price, price.monthlyCap).toFixed(2, Decimal.ROUND_HALF_UP);
    };
    return [
      {
        pool: name,
        nodes: pool.nodes.length,
        step: next.architecture === old.architecture && next.diskGiB >= old.diskGiB ? "resize" : "replace",
        before: old.serverType,
        after: next.serverType,
        monthlyEurosBefore: monthly(old.serverType),
        monthlyEurosAfter: monthly(next.serverType),
      },
    ];
  });
}
