import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { EVERYWHERE, KINDS, priceFile, type Kind, type Price } from "./schema.ts";

/** One thing wrong with the price files: `path` is a place in `file`, such as `lists[0].rows[3].amount`. */
export interface CatalogueProblem {
  readonly file: string;
  readonly path: string;
  readonly message: string;
}

/** The price files can not be used; the message lists every problem, one a line. */
export class CatalogueError extends Error {
  override readonly name = "CatalogueError";
  readonly problems: readonly CatalogueProblem[];
  constructor(problems: readonly CatalogueProblem[]) {
    super(["The price catalogue has mistakes:", ...problems.map((p) => `  ${p.file}: ${p.path}: ${p.message}`)].join("\n"));
    this.problems = problems;
  }
}

/** Which price is asked for. `orderedOn` decides between cohorts and defaults to `today`, that is, to a new order. */
export interface PriceQuery {
  readonly provider: string;
  readonly kind: Kind;
  readonly item: string;
  readonly region: string;
  readonly orderedOn?: string | undefined;
}

/** All prices, by what they are for. */
export interface Catalogue {
  readonly prices: readonly Price[];
  /** The newest price of the newest cohort that `orderedOn` belongs to; a price of the region itself before one of everywhere. */
  find(query: PriceQuery): Price | undefined;
  /** Units of `currency` for one euro, as a dated price; undefined for EUR itself. */
  rate(currency: string): Price | undefined;
}

const BUILT_IN = import.meta.dirname;

/**
 * Reads every `*.json` in `folders` (default: the project's own catalogue).
 *
 * @param options.today ISO date; a price observed after it is a mistake.
 * @throws {CatalogueError} with all problems at once, each with its file and path.
 */
export function loadCatalogue(options: { readonly today: string; readonly folders?: readonly string[] }): Catalogue {
  const problems: CatalogueProblem[] = [];
  const found: Located[] = [];
  for (const folder of options.folders ?? [BUILT_IN]) {
    for (const name of readdirSync(folder).filter((file) => file.endsWith(".json")).toSorted()) {
      found.push(...readPrices(join(folder, name), problems));
    }
  }
  if (found.length === 0 && problems.length === 0) {
    problems.push({ file: (options.folders ?? [BUILT_IN]).join(", "), path: "*.json", message: "no price file found" });
  }
  problems.push(...contradictions(found, options.today));
  if (problems.length > 0) throw new CatalogueError(problems);
  return catalogueOf(found.map(({ price }) => price), options.today);
}

/** A catalogue over prices that are already checked. */
export function catalogueOf(prices: readonly Price[], today: string): Catalogue {
  const byQuery = Map.groupBy(prices, (price) => key(price.provider, price.kind, price.item, price.region));
  const newest = (candidates: readonly Price[] = [], orderedOn: string): Price | undefined =>
    candidates
      .filter((price) => (price.cohort ?? "") <= orderedOn && price.observedAt <= today)
      .toSorted((a, b) => order(b.cohort ?? "", a.cohort ?? "") || order(b.observedAt, a.observedAt))[0];
  const find = ({ provider, kind, item, region, orderedOn = today }: PriceQuery): Price | undefined =>
    newest(byQuery.get(key(provider, kind, item, region)), orderedOn) ??
    newest(byQuery.get(key(provider, kind, item, EVERYWHERE)), orderedOn);
  return { prices, find, rate: (currency) => find({ provider: "exchange", kind: "exchange-rate", item: currency, region: EVERYWHERE }) };
}

interface Located {
  readonly price: Price;
  readonly file: string;
  readonly list: string;
  readonly row: string;
}

const key = (...parts: string[]): string => parts.join("/");
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function readPrices(path: string, problems: CatalogueProblem[]): Located[] {
  const file = basename(path);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    problems.push({ file, path: "(whole file)", message: `not readable as JSON: ${error instanceof Error ? error.message : String(error)}` });
    return [];
  }
  const parsed = priceFile.safeParse(content, { reportInput: true });
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const got = issue.code === "unrecognized_keys" ? issue.keys : issue.input;
      problems.push({ file, path: show(issue.path), message: `got ${JSON.stringify(got) ?? "nothing"}, expected ${expectation(issue)}` });
    }
    return [];
  }
  const { provider, lists } = parsed.data;
  return lists.flatMap(({ rows, regions, ...shared }, l) =>
    rows.flatMap(({ regions: own, ...row }, r) =>
      (own ?? regions).map((region) => ({
        price: { id: idOf(provider, shared.kind, row.item, region, shared.cohort), provider, region, ...shared, ...row },
        file,
        list: `lists[${l}]`,
        row: `lists[${l}].rows[${r}]`,
      })),
    ),
  );
}

const idOf = (provider: string, kind: Kind, item: string, region: string, cohort: string | undefined): string =>
  key(provider, kind, item, region, ...(cohort === undefined ? [] : [cohort]));

/** What no single field shows: duplicates, missing rates, dates and ranges the wrong way round. */
function contradictions(found: readonly Located[], today: string): CatalogueProblem[] {
  const problems = new Map<string, CatalogueProblem>();
  const rates = new Set(found.filter(({ price }) => price.kind === "exchange-rate").map(({ price }) => price.item));
  const seen = new Map<string, Located>();
  for (const located of found) {
    const { price, file, list, row } = located;
    const report = (path: string, message: string): void => void problems.set(`${file} ${path}`, { file, path, message });
    const unit = KINDS[price.kind];
    if (price.unit !== unit) report(`${list}.unit`, `got "${price.unit}", expected "${unit}" for a price of kind ${price.kind}`);
    if (price.observedAt > today) report(`${list}.observedAt`, `got ${price.observedAt}, expected a day up to today, ${today}`);
    if (price.validUntil < price.observedAt) report(`${list}.validUntil`, `got ${price.validUntil}, expected a day from ${price.observedAt} on`);
    if (price.currency !== "EUR" && !rates.has(price.currency)) {
      report(`${list}.currency`, `got ${price.currency}, for which exchange-rates.json has no rate; add a dated row for it`);
    }
    const [amount, low, high] = [price.amount, price.low ?? price.amount, price.high ?? price.amount].map(Number) as [number, number, number];
    if (low > amount || amount > high) report(row, `got ${price.low ?? "-"} <= ${price.amount} <= ${price.high ?? "-"}, expected low, amount, high in that order`);
    if (price.monthlyCap !== undefined && Number(price.monthlyCap) < amount) report(`${row}.monthlyCap`, `got ${price.monthlyCap}, below the price of one hour`);
    const other = seen.get(`${price.id}@${price.observedAt}`);
    if (other !== undefined) report(row, `got a second price for ${price.id} on ${price.observedAt}; the first is ${other.file} ${other.row}`);
    seen.set(`${price.id}@${price.observedAt}`, located);
  }
  return [...problems.values()];
}

interface Issue {
  readonly code?: string | undefined;
  readonly message: string;
}

const expectation = (issue: Issue): string =>
  issue.code === "unrecognized_keys" ? "only the fields that the schema has" : issue.message.replace(/^Invalid \w+: expected /, "").replace(/^Invalid option: expected /, "");

const show = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? String(part) : `${text}.${String(part)}`), "") || "(whole file)";
