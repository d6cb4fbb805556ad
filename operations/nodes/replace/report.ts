import { z } from "zod";
import { wrap } from "../../../plan/report/text.ts";
import { priceStep } from "./price.ts";
import { STEP_TEXTS, STEPS } from "./steps.ts";

const step = z.strictObject({
  step: z.enum(STEPS),
  seconds: z.number().nullable().meta({ description: "How long it took; null as long as it is not done." }),
});

const lost = z.strictObject({
  workload: z.string(),
  volume: z.string(),
  backupHours: z
    .number()
    .nullable()
    .meta({ description: "Hours between two backups: at most so much is lost; null where none is made." }),
});

/** What `npm run replace` writes to standard output with `--json`. */
export const replaceReport = z
  .strictObject({
    environment: z.string(),
    node: z.string(),
    pool: z.string(),
    verdict: z.enum(["planned", "refused", "replaced", "removed", "stopped"]).meta({
      description:
        "`planned`: a dry run; `refused`: nothing was touched; `replaced`; `removed`: an on-prem node, which " +
        "`enroll` brings back; `stopped`: the next run goes on.",
    }),
    refusals: z.array(z.string()).meta({ description: "Why not, each with what to do about it." }),
    price: priceStep.nullable().meta({ description: "Null where nobody bills the machine by its order." }),
    lost: z.array(lost).meta({ description: "Data on the node's own disk." }),
    alone: z.boolean().meta({ description: "No other node of the pool takes its workloads meanwhile." }),
    steps: z.array(step),
    problem: z.string().nullable().meta({ description: "What the step that has failed said." }),
    next: z.string().nullable().meta({ description: "The command that goes on." }),
  })
  .meta({
    title: "splitfleet replace",
    description: "What `npm run -s replace -- <environment> <node> --json` writes.",
  });
export type ReplaceReport = z.infer<typeof replaceReport>;

const WIDTH = 100;

/** Before anything is touched: what will happen, what it costs and what is lost. */
export function describePlan({ environment, node, pool, refusals, price, lost, alone, steps }: ReplaceReport): string {
  const all = steps.map(
    (each, index) => `  ${index + 1}. ${each.step.padEnd(15)} ${STEP_TEXTS[each.step]}${tookText(each.seconds)}`,
  );
  const losses = lost.map(({ workload, volume, backupHours }) => {
    const copy = backupHours === null ? "no backup is made" : `restore its backup, up to ${backupHours} h old`;
    return `  - ${workload}/${volume}: ${copy}`;
  });
  return [
    `${environment}: replace ${node} of pool ${pool}`,
    ...all,
    ...priceLines(price),
    ...(losses.length === 0
      ? ["Nothing on its disk is lost that is not elsewhere."]
      : ["Lost with its disk:", ...losses]),
    ...(alone ? ["No other node of its pool is ready: what runs there is away until it is back."] : []),
    ...(refusals.length === 0 ? [] : ["", "Not now:"]),
    ...refusals.flatMap((refusal) =>
      wrap(refusal, WIDTH - 4, 6).map((line, index) => `  ${index === 0 ? "-" : " "} ${line}`),
    ),
    "",
  ].join("\n");
}

/** What became of it. */
export function describeOutcome({ environment, node, verdict, steps, problem, next }: ReplaceReport): string {
  const took = steps.map(
    (each) => `  ${each.step.padEnd(15)}${each.seconds === null ? "  not done" : tookText(each.seconds)}`,
  );
  const words = {
    planned: "nothing was done",
    refused: "refused",
    replaced: "replaced",
    removed: "removed",
    stopped: "not finished",
  };
  return [
    `${environment}: ${node} ${words[verdict]}`,
    ...(verdict === "planned" || verdict === "refused" ? [] : took),
    ...(problem === null ? [] : ["", problem]),
    ...(next === null ? [] : [`Next: ${next}`]),
    "",
  ].join("\n");
}

const tookText = (seconds: number | null): string => (seconds === null ? "" : `  ${seconds.toFixed(1)} s`);

function priceLines(price: ReplaceReport["price"]): string[] {
  if (price === null) return [];
  const { typeBefore, typeAfter, orderedOn, monthlyBefore, monthlyAfter } = price;
  const euros = (value: string | null): string => (value === null ? "an unknown price" : `${value} EUR a month`);
  const before =
    typeBefore === null
      ? "nothing"
      : `${typeBefore} at ${euros(monthlyBefore)} (ordered ${orderedOn ?? "at an unknown date"})`;
  return [`Price: from ${before} to ${typeAfter} at ${euros(monthlyAfter)} (a new order), without VAT.`];
}
