import { Decimal } from "decimal.js";
import { ownedMonth } from "../ownership.ts";
import type { Quote } from "../quote.ts";
import { monthly, type Pricer } from "./pricer.ts";

/** States of a machine that is paid for and does not run. */
const OFF = ["lost", "spare"];

/**
 * A machine of one's own, priced by what its pool states: depreciation (purchase less resale over the lifetime), power
 * (watts x PUE x 730 hours x tariff), space and labour. It costs the same busy or idle, so expected equals worst. One that
 * is lost or on the shelf goes on depreciating; one that is declared costs what it will when it works.
 */
export const onpremNode: Pricer = {
  types: ["splitfleet:compute:OnpremNode"],
  price(quote) {
    const capex = quote.requiredNumber("capexEuros");
    const resale = quote.number("resaleEuros") ?? 0;
    const months = quote.requiredNumber("lifetimeMonths");
    const watts = quote.requiredNumber("watts");
    const pue = quote.number("pue") ?? 1;
    const tariff = quote.requiredNumber("eurosPerKwh");
    const space = quote.number("spaceEurosPerMonth") ?? 0;
    const hours = quote.requiredNumber("labourHoursPerMonth");
    const wage = quote.requiredNumber("labourEurosPerHour");
    if (
      capex === undefined ||
      months === undefined ||
      watts === undefined ||
      tariff === undefined ||
      hours === undefined ||
      wage === undefined
    )
      return;
    if (months === 0 || resale > capex) {
      const path = months === 0 ? "lifetimeMonths" : "resaleEuros";
      quote.undecided(
        [path],
        months === 0 ? "at least 1 month" : `at most capexEuros, ${capex}`,
        `Correct ${path} of the pool's economics.`,
      );
      return;
    }

    const month = ownedMonth({
      capex,
      resale,
      lifetimeMonths: months,
      watts,
      pue,
      perKwh: tariff,
      spacePerMonth: space,
      labourPerMonth: new Decimal(hours).times(wage),
    });
    const once = new Decimal(1);
    const state = quote.text("state");
    if (state !== undefined && OFF.includes(state)) {
      add(quote, `depreciation, ${state},`, { euros: month.depreciation, quantity: once, unit: "month" });
      return;
    }
    add(quote, "depreciation", { euros: month.depreciation, quantity: once, unit: "month" });
    add(quote, `power, ${watts} W at PUE ${pue}`, { euros: month.power, quantity: month.kilowattHours, unit: "kWh" });
    add(quote, "space", { euros: month.space, quantity: once, unit: "month" });
    add(quote, "labour", { euros: month.labour, quantity: new Decimal(hours), unit: "hour" });
    if (quote.items.length > 0) return;
    quote.report({
      rule: "cost/unknown-price",
      level: "mandatory",
      severity: "medium",
      path: ["capexEuros"],
      message: `${quote.row.name} would cost nothing at all.`,
      limit: "an owned node with a cost",
      fix: "State what the node costs in the pool's economics: purchase, power, space or labour.",
    });
  },
};

function add(
  quote: Quote,
  part: string,
  { euros, quantity, unit }: { euros: Decimal; quantity: Decimal; unit: string },
): void {
  if (euros.isZero()) return;
  const burn = monthly(euros);
  quote.add({ label: `${part} of ${quote.row.name}`, prices: [], quantity, unit, expected: burn, worst: burn });
}
