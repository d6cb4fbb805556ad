import picocolors from "picocolors";
import type { PriceDiff } from "./contract.ts";

/** The comparison for people: a line for each figure that moved, what came and went, and how many did not. */
export function toDiffTable(diff: PriceDiff, { colour }: { readonly colour: boolean }): string {
  const { bold, dim, red, green } = picocolors.createColors(colour);
  const moved = diff.changed.flatMap(({ fields, ...price }) =>
    fields.map(({ field, before, after, percent }) => ({
      price,
      cells: [field, before ?? "none", after ?? "none", percent === null ? "" : signed(percent)],
    })),
  );
  const shade = (line: string): string => {
    if (/ \+[\d.]+ %$/.test(line)) return red(line);
    return / -[\d.]+ %$/.test(line) ? green(line) : line;
  };
  const counted = ({ amount, currency, unit }: PriceDiff["added"][number]): string[] => [`${amount} ${currency}`, unit];
  const sections = [
    { title: "changed", lines: aligned(moved).map(shade) },
    { title: "added", lines: aligned(diff.added.map((price) => ({ price, cells: counted(price) }))) },
    { title: "removed", lines: aligned(diff.removed.map((price) => ({ price, cells: counted(price) }))) },
  ];
  const still = `${diff.unchanged} unchanged, ${diff.confirmed} observed anew at the same price`;
  return [
    bold(`Prices, ${diff.before} to ${diff.after}`),
    ...sections.flatMap(({ title, lines }) => (lines.length === 0 ? [] : ["", `${title}:`, ...lines])),
    "",
    dim(still),
    "",
  ].join("\n");
}

interface Line {
  readonly price: { readonly id: string; readonly region: string };
  readonly cells: readonly string[];
}

/** Columns of equal width; what is the same in several regions is one line that names them. */
function aligned(lines: readonly Line[]): string[] {
  const alike = Map.groupBy(lines, ({ price, cells }) => [nameOf(price), ...cells].join("\n"));
  const rows = [...alike.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const regions = same.map(({ price }) => price.region).join(", ");
    return [[`${nameOf(first.price)}${regions === "*" ? "" : ` in ${regions}`}`, ...first.cells]];
  });
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
}

/** The id without its region. */
const nameOf = ({ id }: Line["price"]): string => {
  const [provider, kind, item, , ...rest] = id.split("/");
  return [provider, kind, item, ...rest].join("/");
};

const signed = (percent: string): string => `${percent.startsWith("-") ? "" : "+"}${percent} %`;
