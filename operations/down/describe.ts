import { describeChanges } from "../summary.ts";
import { describeHeld } from "./held-data.ts";
import type { DownReport } from "./report.ts";
import type { SweepReport } from "./sweep.ts";

/** Lines of one list for people; the rest is in the JSON. */
const LINES = 12;

/** What `down` did, or would do, for people. */
export function describeDown({ environment, changes, dryRun, data, cluster, sweep }: DownReport): string {
  const removed = [...cluster.removed, ...sweep.removed];
  const refused = [...cluster.left, ...sweep.left].filter((left) => left.refused);
  const untouched = [...cluster.left, ...sweep.left].filter((left) => !left.refused);
  const sections = [
    dryRun
      ? `${environment}: ${changes.delete} resources would be destroyed`
      : `${environment}: ${describeChanges(changes)}`,
    ...(dryRun && data.length > 0
      ? [["Hold data, so each has to be named with --delete-data:", ...describeHeld(data)].join("\n")]
      : []),
    ...list(dryRun ? "Beside the stack, would go:" : "Beside the stack, went:", removed, () => ""),
    ...list("Refused to go, and may go on billing:", refused, ({ why }) => `: ${why}`),
    ...list("Not touched:", untouched, ({ why }) => `: ${why}`),
    ...unasked([...cluster.unasked, ...sweep.unasked]),
  ];
  return `${sections.join("\n\n")}\n`;
}

function list<Each extends SweepReport["removed"][number]>(
  title: string,
  things: readonly Each[],
  more: (each: Each) => string,
): string[] {
  if (things.length === 0) return [];
  const shown = things.slice(0, LINES).map((each) => `  ${each.provider} ${each.kind} ${labelOf(each)}${more(each)}`);
  const rest = things.length - shown.length;
  return [[title, ...shown, ...(rest > 0 ? [`  and ${rest} more; --json lists them`] : [])].join("\n")];
}

const labelOf = ({ id, name }: SweepReport["removed"][number]): string =>
  name === "" || name === id ? id : `${name} (${id})`;

const unasked = (providers: SweepReport["unasked"]): string[] =>
  providers.length === 0
    ? []
    : [
        [
          "Not asked, so something may be left there:",
          ...providers.map(({ provider, why }) => `  ${provider}: ${why}`),
        ].join("\n"),
      ];
