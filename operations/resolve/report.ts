import Table from "cli-table3";
import type { Change, TypeStep } from "./changes.ts";
import type { Note, Part } from "./part.ts";

/** What a run of `resolve` found; what `--json` prints. */
export interface ResolveReport {
  readonly version: 1;
  readonly environment: string;
  /** Path of the lock. */
  readonly file: string;
  readonly written: boolean;
  /** ISO dates; `before` is null where there was no lock. */
  readonly resolvedAt: { readonly before: string | null; readonly after: string };
  readonly parts: readonly Part[];
  readonly changes: readonly Change[];
  readonly typeSteps: readonly TypeStep[];
  readonly notes: readonly Note[];
}

/** The report for people. */
export function toText(report: ResolveReport): string {
  const { environment, file, parts, changes, typeSteps, notes, resolvedAt, written } = report;
  const lines = [`${environment}: ${parts.join(", ")} looked up for ${file}.`];
  if (changes.length > 0) lines.push(tableOf(changes));
  lines.push(...typeSteps.map(sentence));
  for (const { path, message } of notes) lines.push(`${path}: ${message}.`);
  if (resolvedAt.before === resolvedAt.after && parts.length > 0 && changes.length > 0) {
    lines.push(`The lock still counts as resolved on ${resolvedAt.after}.`);
  }
  if (written) lines.push(`Wrote ${file}. Commit it.`);
  else lines.push(changes.length === 0 ? "Nothing changed." : "Dry run: nothing was written.");
  return `${lines.join("\n")}\n`;
}

function sentence({ pool, nodes, step, before, after, monthlyEurosBefore, monthlyEurosAfter }: TypeStep): string {
  const [was, becomes] = [monthlyEurosBefore, monthlyEurosAfter].map((euros) => euros ?? "an unknown number of");
  const count = nodes === 1 ? "1 node" : `${nodes} nodes`;
  const price = `at ${becomes} euros a month each instead of ${was} (price of a new order, without VAT)`;
  return step === "resize"
    ? `Pool ${pool}: the next \`up\` stops and resizes ${count} from ${before} to ${after}, ${price}.`
    : `Pool ${pool}: ${count} can not be resized from ${before} to ${after} and must be replaced one at a time, ${price}.`;
}

function tableOf(changes: readonly Change[]): string {
  const table = new Table({ head: ["place", "before", "after"], style: { head: [], border: [] } });
  for (const { path, before, after } of changes) table.push([path, short(before), short(after)]);
  return table.toString();
}

/** A checksum by its first characters: the file has the rest. */
const short = (value: string): string => value.replace(/([0-9a-f]{12})[0-9a-f]{52}/, "$1…");
