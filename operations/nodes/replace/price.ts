import { Decimal } from "decimal.js";
import { z } from "zod";
import type { Catalogue } from "../../../plan/pricing/catalogue/catalogue.ts";
import { inEuros } from "../../../plan/pricing/euros.ts";
import type { StateResource } from "../../../sandbox/session/state.ts";
import type { ResolvedEnvironment } from "../../../stacks/environment-file.ts";

const monthly = z.string().nullable().meta({ description: "Euros a month, without VAT; null where unknown." });

/** What a server costs before and after it is made anew: a new order is billed at today's prices. */
export const priceStep = z.strictObject({
  typeBefore: z.string().nullable(),
  typeAfter: z.string(),
  orderedOn: z.iso.date().nullable().meta({ description: "Day of the old order, by the engine's state." }),
  monthlyBefore: monthly,
  monthlyAfter: monthly,
});
export type PriceStep = z.infer<typeof priceStep>;

/** @param server The old one as the state has it; undefined where there is none. */
export function priceStepOf(
  { spec, lock }: ResolvedEnvironment,
  pool: string,
  server: StateResource | undefined,
  catalogue: Catalogue,
): PriceStep | null {
  const locked = lock.pools[pool];
  const site = spec.sites[spec.pools[pool]?.site ?? ""];
  if (locked?.kind !== "hetzner" || site?.kind !== "hetzner") return null;
  const euros = (item: string, orderedOn?: string): string | null => {
    const query = { provider: "hetzner", kind: "server", item, region: site.location, orderedOn } as const;
    const price = catalogue.find(query);
    if (price?.monthlyCap === undefined) return null;
    return inEuros(catalogue, price, price.monthlyCap).toFixed(2, Decimal.ROUND_HALF_UP);
  };
  const type = server?.inputs?.["serverType"];
  const typeBefore = typeof type === "string" ? type : null;
  const orderedOn = server?.created?.slice(0, "YYYY-MM-DD".length) ?? null;
  return {
    typeBefore,
    typeAfter: locked.serverType,
    orderedOn,
    monthlyBefore: typeBefore === null || orderedOn === null ? null : euros(typeBefore, orderedOn),
    monthlyAfter: euros(locked.serverType),
  };
}
