import Table from "cli-table3";
import type { Cost } from "../policies/cost.ts";
import type { StateResource } from "../sandbox/session/state.ts";
import type { Changes, OperationReport } from "./report.ts";

const WIDTH = 100;
const NO_LINES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "",
};

/** `3 created, 1 replaced`, or `no change`. */
export function describeChanges(changes: Changes): string {
  const parts = [
    [changes.create, "created"],
    [changes.update, "updated"],
    [changes.replace, "replaced"],
    [changes.delete, "deleted"],
  ] as const;
  const done = parts.filter(([count]) => count > 0).map(([count, verb]) => `${count} ${verb}`);
  return done.length === 0 ? "no change" : done.join(", ");
}

/** The end of an `up` for people: what exists, what it would cost, where to reach it, what to try next. */
export function summarizeUp(
  report: OperationReport,
  resources: readonly StateResource[],
  next: readonly string[],
): string {
  const seconds = (report.durationMs / 1000).toFixed(1);
  const sections = [
    `${report.environment}: ${describeChanges(report.changes)} in ${seconds} s`,
    kindTable(resources),
    ...(report.cost === null ? [] : [costLines(report.cost)]),
    ...endpointLines(report.outputs),
    `Next:\n${next.map((line) => `  ${line}`).join("\n")}`,
  ];
  return `${sections.join("\n\n")}\n`;
}

/** One line a provider: how many resources of which kind it manages. */
export function kindTable(resources: readonly StateResource[]): string {
  const managed = resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:"));
  const table = new Table({
    head: ["provider", "resources", "by kind"],
    colWidths: [14, 11, WIDTH - 14 - 11],
    wordWrap: true,
    chars: NO_LINES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  });
  const providers = [...Map.groupBy(managed, ({ type }) => type.split(":")[0] ?? "")];
  for (const [provider, ofProvider] of providers.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const kinds = [...Map.groupBy(ofProvider, ({ type }) => type.split(":").at(-1) ?? "")]
      .map(([kind, list]) => ({ kind, count: list.length }))
      .toSorted((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1));
    table.push([provider, ofProvider.length, kinds.map(({ kind, count }) => `${count} ${kind}`).join(", ")]);
  }
  return table.toString().replaceAll(/ +$/gm, "");
}

export function costLines({ expected, worst }: Cost): string {
  const row = (label: string, burn: Cost["expected"]): string =>
    `  ${label.padEnd(9)} ${burn.hourly.padStart(10)} EUR an hour ${burn.monthly.padStart(12)} EUR a month`;
  return `What this would cost:\n${row("expected", expected)}\n${row("worst", worst)}`;
}

function endpointLines(outputs: OperationReport["outputs"]): readonly string[] {
  const endpoints = outputs["endpoints"];
  if (typeof endpoints !== "object" || endpoints === null || Array.isArray(endpoints)) return [];
  const lines = Object.entries(endpoints).map(([name, url]) => `  ${name.padEnd(20)} ${String(url)}`);
  return lines.length === 0 ? [] : [`Endpoints:\n${lines.join("\n")}`];
}
