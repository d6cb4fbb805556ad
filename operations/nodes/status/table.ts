import picocolors from "picocolors";
import { cut, wrap } from "../../../plan/report/text.ts";
import { count } from "../../../stacks/words.ts";
import type { NodeStatus, StatusReport } from "./report.ts";

const WIDTH = 100;

type Colours = ReturnType<typeof picocolors.createColors>;

const COLUMNS = [
  { head: "node", width: 26, of: ({ name }: NodeStatus) => name },
  { head: "role", width: 8, of: ({ role }: NodeStatus) => role },
  { head: "state", width: 10, of: ({ state }: NodeStatus) => state },
  { head: "k3s", width: 13, of: ({ versions }: NodeStatus) => versions.k3s ?? "-" },
  { head: "tailscale", width: 10, of: ({ versions }: NodeStatus) => versions.tailscale ?? "-" },
  { head: "vault", width: 8, of: ({ versions }: NodeStatus) => versions.vault ?? "-" },
  { head: "bundle", width: 9, of: ({ bundle }: NodeStatus) => bundle?.slice(0, 8) ?? "-" },
  { head: "etcd", width: 9, of: ({ etcd }: NodeStatus) => etcd ?? "-" },
] as const;

/** Nodes for people, pool by pool, and below them what is behind and the command that helps. */
export function toTable(report: StatusReport, { colour }: { readonly colour: boolean }): string {
  const colours = picocolors.createColors(colour);
  const hasBundles = report.nodes.some(({ bundle }) => bundle !== null);
  const columns = COLUMNS.filter(({ head }) => head !== "bundle" || hasBundles);
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ width }, index) => cut(cells[index] ?? "", width - 1).padEnd(width))
      .join("")
      .trimEnd();
  const pools = [...Map.groupBy(report.nodes, ({ pool }) => pool)];
  return [
    `${colours.bold(report.environment)}: ${count(report.nodes.length, "node")}, ${verdictOf(report, colours)}`,
    "",
    `  ${colours.dim(line(columns.map(({ head }) => head)))}`,
    ...pools.flatMap(([pool, nodes]) => [
      `${pool} (${nodes[0]?.provider ?? ""})`,
      ...nodes.map((node) => `  ${paint(node, colours)(line(columns.map(({ of }) => of(node))))}`),
    ]),
    ...todoLines(report),
    "",
  ].join("\n");
}

const verdictOf = ({ verdict }: StatusReport, { green, yellow }: Colours): string =>
  verdict === "pass" ? green("all as they should be") : yellow("not all as they should be");

function paint({ state, behind, etcd }: NodeStatus, { red, yellow, dim }: Colours): (text: string) => string {
  if (state === "declared" || state === "lost") return dim;
  if (state === "absent" || state === "not-ready" || etcd === "unhealthy") return red;
  return state === "ready" && behind.length === 0 ? (text) => text : yellow;
}

function todoLines({ nodes, replacing, environment }: StatusReport): string[] {
  const needs = nodes.filter(({ command, behind }) => command !== null || behind.length > 0);
  const lines = needs.flatMap(({ name, state, behind, command }) => {
    const lacks = behind.length > 0 ? `is behind: ${behind.join(", ")}` : state === "ready" ? "" : `is ${state}`;
    return wrap(`${name} ${lacks}${command === null ? "" : `: ${command}`}`, WIDTH - 2, 3).map((text) => `  ${text}`);
  });
  const open = replacing === null ? [] : [`  The replacement of ${replacing} was interrupted in ${environment}.`];
  return lines.length + open.length === 0 ? [] : ["", ...open, ...lines];
}
