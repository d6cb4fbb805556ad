import { z } from "zod";

const seconds = z.number().nonnegative();
const count = z.int().nonnegative();

const entry = z.strictObject({
  atSeconds: seconds.meta({ description: "Simulated, since the drill began." }),
  kind: z.enum(["inject", "recover", "held", "failed", "seen"]).meta({
    description: "`held` and `failed`: an expectation. `seen`: what the cluster did by itself.",
  }),
  what: z.string(),
});

const workload = z.strictObject({
  workload: z.string().meta({ description: "`namespace/name`." }),
  wanted: count.meta({ description: "Pods before the drill." }),
  floor: count.meta({ description: "Pods that its disruption budget wants to serve at any time; 0 without one." }),
  lowest: count.meta({ description: "Fewest pods that served." }),
  reducedSeconds: seconds.meta({ description: "How long fewer served than are wanted, simulated." }),
  whole: z.boolean().meta({ description: "Whether all served again at the end." }),
});

const drill = z.strictObject({
  drill: z.string(),
  subject: z
    .string()
    .meta({ description: "What was hit, such as `pool inference`; empty where nothing was to choose." }),
  verdict: z.enum(["passed", "failed", "not-here"]).meta({
    description: "`not-here`: the environment can not have it, for what `reasons` says. That is no pass.",
  }),
  reasons: z.array(z.string()),
  notes: z.array(z.string()).meta({ description: "What it has cost, as was to be expected." }),
  recoverySeconds: seconds.nullable().meta({
    description: "From the first fault until the last expectation held, simulated; null unless it has passed.",
  }),
  pace: z.number().positive().meta({ description: "Simulated seconds in a second of this machine." }),
  workloads: z.array(workload),
  timeline: z.array(entry),
  durationMs: count.meta({ description: "On this machine." }),
});

/** What drills have found; `drill --json` writes this and nothing else. */
export const drillReport = z
  .strictObject({
    environment: z.string(),
    verdict: z.enum(["passed", "failed", "undecided"]).meta({
      description:
        "`passed`: every drill that the environment can have (exit code 0). `failed`: one has not (1). `undecided`: the " +
        "environment did not come up, or a drill that was asked for by name can not be had (2).",
    }),
    problem: z.string().meta({ description: "Why no drill was begun; empty where one was." }),
    drills: z.array(drill),
    durationMs: count,
  })
  .meta({
    title: "splitfleet drills",
    description: "What `npm run -s drill -- [environment] [drill ...] --json` writes to standard output.",
  });

export type DrillReport = z.infer<typeof drillReport>;
export type CaseReport = z.infer<typeof drill>;

/** @param named Whether the drills were asked for by name, so that each of them has to be run */
export function verdictOf(
  { problem, drills }: Pick<DrillReport, "problem" | "drills">,
  named: boolean,
): DrillReport["verdict"] {
  if (drills.some(({ verdict }) => verdict === "failed")) return "failed";
  const ran = new Set(drills.filter(({ verdict }) => verdict === "passed").map((each) => each.drill));
  const all = named ? drills.every((each) => ran.has(each.drill)) : ran.size > 0;
  return problem === "" && all ? "passed" : "undecided";
}

export const EXIT_CODES: Readonly<Record<DrillReport["verdict"], number>> = { passed: 0, failed: 1, undecided: 2 };
