import { KINDS, type Price } from "./schema.ts";

/** One thing wrong with the price files: `path` is a place in `file`, such as `lists[0].rows[3].amount`. */
export interface CatalogueProblem {
  readonly file: string;
  readonly path: string;
  readonly message: string;
}

/** The price files can not be used; the message lists every problem, one a line. */
export class CatalogueError extends Error {
  override readonly name = "CatalogueError";
  /** What to correct is a price file, not the code that read it. */
  readonly hideStack = true;
  readonly problems: readonly CatalogueProblem[];
  constructor(problems: readonly CatalogueProblem[]) {
    const lines = problems.map(({ file, path, message }) => `  ${file}: ${path}: ${message}`);
    super(["The price catalogue has mistakes:", ...lines].join("\n"));
    this.problems = problems;
  }
}

/** A price and the place in its file that states it. */
export interface Located {
  readonly price: Price;
  readonly file: string;
  readonly list: string;
  readonly row: string;
}

/** What no single field shows: duplicates, currencies without a rate, dates and ranges the wrong way round. */
export function contradictions(found: readonly Located[], today: string): CatalogueProblem[] {
  const rates = new Set(found.filter(({ price }) => price.kind === "exchange-rate").map(({ price }) => price.item));
  const ids = new Set(found.map(({ price }) => `${price.id}@${price.observedAt}`));
  const first = new Map<string, Located>();
  const problems = new Map<string, CatalogueProblem>();
  for (const located of found) {
    const { price, file, list, row } = located;
    const report = (path: string, message: string): void => {
      problems.set(`${file} ${path}`, { file, path, message });
    };
    for (const { field, message } of listProblems(price, rates, today)) report(`${list}.${field}`, message);
    for (const { field, message } of rowProblems(price)) report(`${row}.${field}`, message);
    const base = `${price.id.replace(/\/from-[\d.]+$/, "")}@${price.observedAt}`;
    if (!ids.has(base)) {
      report(`${row}.from`, `a tier from ${price.from} on, but no first tier without "from" beside it`);
    }
    const key = `${price.id}@${price.observedAt}`;
    const other = first.get(key);
    if (other === undefined) first.set(key, located);
    else
      report(row, `a second price for ${price.id} on ${price.observedAt}; the first is in ${other.file}: ${other.row}`);
  }
  return [...problems.values()];
}

interface FieldProblem {
  readonly field: keyof Price;
  readonly message: string;
}

function* listProblems(price: Price, rates: ReadonlySet<string>, today: string): Generator<FieldProblem> {
  const { kind, unit, currency, observedAt, validUntil } = price;
  if (unit !== KINDS[kind]) {
    yield { field: "unit", message: `got "${unit}", expected "${KINDS[kind]}" for a price of kind ${kind}` };
  }
  if (currency !== "EUR" && !rates.has(currency)) {
    yield { field: "currency", message: `no rate for ${currency}; add a dated one to exchange-rates.json` };
  }
  if (observedAt > today) {
    yield { field: "observedAt", message: `got ${observedAt}, expected a day up to today, ${today}` };
  }
  if (validUntil < observedAt) {
    yield { field: "validUntil", message: `got ${validUntil}, expected a day from ${observedAt} on` };
  }
}

function* rowProblems({ amount, low = amount, high = amount, monthlyCap = amount }: Price): Generator<FieldProblem> {
  if (Number(low) > Number(amount)) {
    yield { field: "low", message: `got ${low}, expected at most the amount, ${amount}` };
  }
  if (Number(high) < Number(amount)) {
    yield { field: "high", message: `got ${high}, expected at least the amount, ${amount}` };
  }
  if (Number(monthlyCap) < Number(amount)) {
    yield { field: "monthlyCap", message: `got ${monthlyCap}, expected at least the price of one hour, ${amount}` };
  }
}
