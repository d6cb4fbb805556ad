import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { Decimal } from "decimal.js";
import { z } from "zod";
import { ask, FeedError } from "./feed.ts";
import type { Observed, Reading } from "./observed.ts";

/** Columns of the price list's CSV that decide, by what they have to say; others than these are other offers. */
const WANTED: Readonly<Record<string, string>> = {
  TermType: "OnDemand",
  Unit: "Hrs",
  Currency: "USD",
  Tenancy: "Shared",
  "Operating System": "Linux",
  CapacityStatus: "Used",
  "Pre Installed S/W": "NA",
  MarketOption: "OnDemand",
};
const READ = ["Instance Type", "PricePerUnit"] as const;

/**
 * On-demand prices of EC2 instances from AWS's price list, which needs no account. The list of one region has hundreds
 * of megabytes, so it is read line by line. Capacity Blocks stand in it as instances that cost nothing; they, reserved
 * terms, other systems and other tenancies are left out.
 *
 * @param base Such as `https://pricing.us-east-1.amazonaws.com`.
 * @param wanted Instance types by region.
 * @throws {FeedError} if a list is missing, cut off or lacks a column.
 */
export async function readAws(base: URL, wanted: ReadonlyMap<string, ReadonlySet<string>>): Promise<Reading> {
  const prices: Observed[] = [];
  for (const [region, types] of wanted) {
    const url = new URL(`/offers/v1.0/aws/AmazonEC2/current/${region}/index.csv`, base);
    prices.push(...(await readRegion(url, region, types)));
  }
  return { provider: "aws", source: "AWS price list, AmazonEC2, index.csv of each region", prices };
}

async function readRegion(url: URL, region: string, types: ReadonlySet<string>): Promise<Observed[]> {
  const { body } = await ask(url);
  if (body === null) throw new FeedError(`${url.pathname} is empty.`);
  const found = new Map<string, Observed>();
  let columns: ReadonlyMap<string, number> | undefined;
  try {
    for await (const line of createInterface({ input: Readable.fromWeb(body) })) {
      if (columns === undefined) columns = columnsOf(line);
      else if (types.size > 0) add(found, cellsOf(line), columns, { region, types });
    }
  } catch (error) {
    throw new FeedError(`${url.pathname} ended before its end: ${String(error)}`, { cause: error });
  }
  const missing = [...Object.keys(WANTED), ...READ].filter((column) => columns?.has(column) !== true);
  if (missing.length > 0) throw new FeedError(`${url.pathname} has no column ${missing.join(", ")}.`);
  return [...found.values()];
}

/** The columns by name once the header comes, after a few lines about the list itself. */
function columnsOf(line: string): ReadonlyMap<string, number> | undefined {
  const cells = cellsOf(line);
  return cells[0] === "SKU" ? new Map(cells.map((cell, index) => [cell, index])) : undefined;
}

function add(
  found: Map<string, Observed>,
  cells: readonly string[],
  columns: ReadonlyMap<string, number>,
  { region, types }: { readonly region: string; readonly types: ReadonlySet<string> },
): void {
  const cell = (column: string): string => cells[columns.get(column) ?? -1] ?? "";
  const item = cell("Instance Type");
  if (!types.has(item) || Object.entries(WANTED).some(([column, value]) => cell(column) !== value)) return;
  const amount = new Decimal(cell("PricePerUnit"));
  if (!amount.isZero()) {
    found.set(item, { kind: "instance-on-demand", item, region, amount: amount.toFixed(), currency: "USD" });
  }
}

/** Cells of a line of CSV; a quoted one may hold commas, and quotes that are doubled. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, bare]) =>
    quoted === undefined ? (bare ?? "") : quoted.replaceAll('""', '"'),
  );
}

/** What `aws ec2 describe-spot-price-history --output json` prints. */
const history = z.object({
  SpotPriceHistory: z
    .array(
      z.object({
        AvailabilityZone: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, "a zone such as eu-north-1a"),
        InstanceType: z.string(),
        ProductDescription: z.string(),
        SpotPrice: z.string().regex(/^\d+(\.\d+)?$/, "a decimal number"),
        Timestamp: z.string(),
      }),
    )
    .min(1),
});

/**
 * Spot prices from the answer of `aws ec2 describe-spot-price-history`, which needs an account: of each zone's newest
 * price, the range across the region's zones and its middle.
 *
 * @throws {FeedError} if the answer has another shape.
 */
export function readSpotHistory(answer: unknown): Reading {
  const parsed = history.safeParse(answer);
  if (!parsed.success) {
    throw new FeedError(`The spot price history has another shape:\n${z.prettifyError(parsed.error)}`);
  }
  const linux = parsed.data.SpotPriceHistory.filter(({ ProductDescription: system }) => /^Linux\/UNIX/.test(system));
  const newest = new Map(
    linux
      .toSorted((a, b) => Date.parse(a.Timestamp) - Date.parse(b.Timestamp))
      .map((entry) => [`${entry.InstanceType} ${entry.AvailabilityZone}`, entry]),
  );
  const groups = Map.groupBy(
    newest.values(),
    (entry) => `${entry.InstanceType} ${entry.AvailabilityZone.slice(0, -1)}`,
  );
  return {
    provider: "aws",
    source: "AWS EC2 DescribeSpotPriceHistory, Linux/UNIX, newest price of each zone",
    prices: [...groups].map(([key, zones]): Observed => {
      const [item = "", region = ""] = key.split(" ");
      const amounts = zones.map(({ SpotPrice }) => new Decimal(SpotPrice));
      const [low, high] = [Decimal.min(...amounts), Decimal.max(...amounts)];
      const middle = low.plus(high).div(2).toFixed();
      return {
        kind: "instance-spot",
        item,
        region,
        amount: middle,
        currency: "USD",
        low: low.toFixed(),
        high: high.toFixed(),
      };
    }),
  };
}
