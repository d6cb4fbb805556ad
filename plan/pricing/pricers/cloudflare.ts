import { Decimal } from "decimal.js";
import { EVERYWHERE } from "../catalogue/schema.ts";
import { monthly, type Pricer } from "./pricer.ts";

/** A zone by its plan; the free one bills nothing. */
export const edgeZone: Pricer = {
  types: ["splitfleet:edge:Zone"],
  price(quote) {
    const plan = quote.requiredText("plan");
    if (plan === undefined || plan === "free") return;
    const price = quote.price({ provider: "cloudflare", kind: "plan", item: plan, region: EVERYWHERE }, ["plan"]);
    if (price === undefined) return;
    const burn = monthly(quote.euros(price));
    quote.add({
      label: `plan ${plan} of ${quote.text("zone") ?? "a zone"}`,
      prices: [price],
      quantity: new Decimal(1),
      unit: price.unit,
      expected: burn,
      worst: burn,
    });
  },
};
