import { cp, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { BUILT_IN, loadCatalogue } from "../catalogue/load.ts";
import { priceFile, type PriceFile } from "../catalogue/schema.ts";
import { comparePrices } from "../diff/compare.ts";
import type { PriceDiff } from "../diff/contract.ts";
import { readAws, readSpotHistory } from "./aws.ts";
import { FeedError } from "./feed.ts";
import { readHetzner } from "./hetzner.ts";
import { merged, wantedInstances } from "./merge.ts";
import type { Reading } from "./observed.ts";

export const PROVIDERS = ["hetzner", "aws"] as const;
export type RefreshedProvider = (typeof PROVIDERS)[number];

export interface RefreshOptions {
  readonly providers: readonly RefreshedProvider[];
  /** ISO date of the observation. */
  readonly today: string;
  /** Where the providers' APIs are; their own addresses but in tests. */
  readonly endpoints: Readonly<Record<RefreshedProvider, URL>>;
  /** Of Hetzner's API; any project's reading token will do. */
  readonly hetznerToken: string | undefined;
  /** File with the answer of `aws ec2 describe-spot-price-history --output json`. */
  readonly spotHistory?: string | undefined;
  /** @default the project's own catalogue */
  readonly folder?: string | undefined;
  /** Compare only, and write nothing. */
  readonly dryRun: boolean;
}

/**
 * Reads the providers' prices and writes them into the catalogue. All is read and checked before the first file is
 * written, so an error of any kind leaves the catalogue as it was.
 *
 * @throws {FeedError} if a provider can not be read, CatalogueError if the files are wrong before or after.
 */
export async function refresh(options: RefreshOptions): Promise<PriceDiff> {
  const { today, folder = BUILT_IN, dryRun } = options;
  const before = loadCatalogue({ today, folders: [folder] });
  const readings = await read(options, before);
  const scratch = await mkdtemp(path.join(tmpdir(), "splitfleet-refresh-"));
  try {
    await cp(folder, scratch, { recursive: true, filter: (source) => source === folder || source.endsWith(".json") });
    for (const reading of readings) await write(path.join(scratch, `${reading.provider}.json`), reading, before, today);
    const after = loadCatalogue({ today, folders: [scratch] });
    if (!dryRun) await adopt(scratch, folder, [...new Set(readings.map(({ provider }) => `${provider}.json`))]);
    return comparePrices(
      { name: "the catalogue", catalogue: before },
      { name: dryRun ? "what the providers say" : "the refreshed catalogue", catalogue: after },
    );
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function read(options: RefreshOptions, catalogue: Catalogue): Promise<Reading[]> {
  const { providers, endpoints, hetznerToken, spotHistory } = options;
  const readings: Reading[] = [];
  if (providers.includes("hetzner")) {
    if (hetznerToken === undefined || hetznerToken === "") {
      throw new FeedError("HCLOUD_TOKEN is not set: Hetzner's API tells its prices to those with a token only.");
    }
    readings.push(await readHetzner(endpoints.hetzner, hetznerToken));
  }
  if (providers.includes("aws")) readings.push(await readAws(endpoints.aws, wantedInstances(catalogue.prices)));
  if (spotHistory !== undefined) readings.push(readSpotHistory(await jsonFile(spotHistory)));
  return readings;
}

async function jsonFile(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new FeedError(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function write(file: string, reading: Reading, before: Catalogue, today: string): Promise<void> {
  const current: PriceFile = priceFile.parse(JSON.parse(await readFile(file, "utf8")));
  await writeFile(file, formatted(merged(current, reading, before, today)));
}

/** As the files are kept: a line for each field of a list and one for each of its rows. */
function formatted({ provider, lists }: PriceFile): string {
  const list = ({ rows, ...shared }: PriceFile["lists"][number]): string => {
    const fields = Object.entries(shared).map(([key, value]) => `      ${JSON.stringify(key)}: ${spaced(value)}`);
    const lines = rows.map((row) => `        ${spaced(row)}`);
    return `    {\n${[...fields, `      "rows": [\n${lines.join(",\n")}\n      ]`].join(",\n")}\n    }`;
  };
  return `{\n  "provider": ${JSON.stringify(provider)},\n  "lists": [\n${lists.map(list).join(",\n")}\n  ]\n}\n`;
}

/** JSON on one line with a space after each comma and colon, and within braces. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}: ${spaced(field)}`);
  return `{ ${fields.join(", ")} }`;
}

/** Each file is moved into its place whole. */
async function adopt(scratch: string, folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const part = path.join(folder, `.${name}.part`);
    await cp(path.join(scratch, name), part);
    await rename(part, path.join(folder, name));
  }
}
