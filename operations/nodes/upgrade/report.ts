import { z } from "zod";
import { COMPONENTS } from "./plan.ts";

const upgrade = z.strictObject({
  node: z.string(),
  pool: z.string(),
  component: z.enum(COMPONENTS),
  from: z.string().meta({ description: "What runs; of the operating system, what waits." }),
  to: z.string(),
});

/** What `npm run upgrade` writes to standard output with `--json`. */
export const upgradeReport = z
  .strictObject({
    environment: z.string(),
    verdict: z.enum(["planned", "upgraded", "stopped"]).meta({
      description: "`planned`: a dry run; `upgraded`: all of it; `stopped`: the next run goes on.",
    }),
    planned: z.array(upgrade).meta({ description: "In the order in which nodes are upgraded." }),
    waiting: z
      .array(upgrade.extend({ window: z.string() }))
      .meta({ description: "Updates of the operating system whose window is closed." }),
    done: z.array(upgrade),
    problem: z.string().nullable().meta({ description: "Why it has stopped, and the state of the node it was at." }),
    next: z.string().nullable().meta({ description: "The command that goes on." }),
  })
  .meta({
    title: "splitfleet upgrade",
    description: "What `npm run -s upgrade -- [environment] --json` writes to standard output.",
  });
export type UpgradeReport = z.infer<typeof upgradeReport>;

/** What will be done, in order, for people. */
export function describePlan({ environment, planned, waiting }: UpgradeReport): string {
  const width = Math.max(0, ...planned.map(({ node }) => node.length));
  const steps = planned.map(
    ({ node, component, from, to }, index) =>
      `  ${String(index + 1).padStart(2)}. ${node.padEnd(width)}  ${component.padEnd(9)}  ${from} -> ${to}`,
  );
  const later = waiting.map(({ node, from, window }) => `  ${node}: ${from}; its window is ${window}, or add --now`);
  return [
    planned.length === 0 ? `${environment}: nothing to upgrade` : `${environment}: ${planned.length} to upgrade`,
    ...steps,
    ...(later.length === 0 ? [] : ["Waiting for their maintenance window:", ...later]),
    "",
  ].join("\n");
}

/** How it ended, for people. */
export function describeOutcome({ environment, verdict, planned, done, problem, next }: UpgradeReport): string {
  if (verdict === "planned") return "";
  const lines = [
    `${environment}: ${done.length} of ${planned.length} upgraded`,
    ...(problem === null ? [] : [`Stopped: ${problem}`]),
    ...(next === null ? [] : [`Goes on with: ${next}`]),
  ];
  return `${lines.join("\n")}\n`;
}
