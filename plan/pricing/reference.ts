import { allowancesText } from "./catalogue/allowances.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";
import { loadCatalogue } from "./catalogue/load.ts";
import type { Price } from "./catalogue/schema.ts";
import { freeTypes } from "./pricers/registry.ts";

/** Later than any observation, so that the page is the same whenever it is generated. */
const ALWAYS = "9999-12-31";

/** The generated page of all prices: `path` from the project's root, and its text. */
export function generatePriceReference(): { path: string; text: string }[] {
  return [{ path: "docs/reference/prices.md", text: page(loadCatalogue({ today: ALWAYS })) }];
}

function page(catalogue: Catalogue): string {
  const providers = Map.groupBy(catalogue.prices, (price) => price.provider);
  return [
    "# Prices",
    "",
    "Generated from `plan/pricing/catalogue`. Net of VAT. A month is 730 hours or the monthly cap, whichever is less.",
    "A price past its last day is used and reported as `cost/stale-price`; a missing one is never counted as zero.",
    ...[...providers].flatMap(([provider, prices]) => ["", `## ${provider}`, ...tables(prices)]),
    "",
    "## Free of charge",
    "",
    "Resource types that bill nothing by themselves. Any other type without a pricer is reported as `cost/no-price`.",
    "",
    ...table(
      ["type", "why"],
      freeTypes.flatMap(({ types, reason }) => types.map((type) => [`\`${type}\``, reason])),
    ),
    "",
  ].join("\n");
}

/** One table for each list of a price file: what shares kind, source, dates and cohort. */
function tables(prices: readonly Price[]): string[] {
  const lists = Map.groupBy(prices, (price) =>
    [price.kind, price.source, price.evidence, price.cohort, price.observedAt, price.note].join("\n"),
  );
  return [...lists.values()].flatMap((list) => {
    const [first] = list;
    if (first === undefined) return [];
    const { kind, currency, unit, source, evidence, observedAt, validUntil, cohort, note } = first;
    const rows = [...Map.groupBy(list, ({ id: _, region: __, ...same }) => JSON.stringify(same)).values()];
    const header = ["item", "amount", "monthly cap", "from", "includes", "range seen", "orderable", "regions"];
    return [
      "",
      `### ${kind}, ${currency} ${unit === "percent" || unit.startsWith("per ") ? unit : `per ${unit}`}`,
      "",
      `${source} (${evidence}). Observed ${observedAt}, valid until ${validUntil}.`,
      ...(cohort === undefined ? [] : [`Paid by orders from ${cohort} on.`]),
      ...(note === undefined ? [] : [note]),
      "",
      ...table(header, rows.map(cells)),
    ];
  });
}

function cells(same: readonly Price[]): string[] {
  const [price] = same;
  if (price === undefined) return [];
  const { item, amount, monthlyCap = "", from, included = {}, low, high, orderable } = price;
  const tier = from === undefined ? "" : `${from} ${price.unit}`;
  const range = low === high ? "" : `${low ?? amount} to ${high ?? amount}`;
  const stock = orderable === undefined ? "" : orderable ? "yes" : "no";
  const regions = same.map(({ region }) => region).join(", ");
  return [item, amount, monthlyCap, tier, allowancesText(included), range, stock, regions];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const filled = header.map((_, column) => column === 0 || rows.some((row) => row[column] !== ""));
  const line = (row: readonly string[]): string => `| ${row.filter((_, column) => filled[column]).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)];
}
