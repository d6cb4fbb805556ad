import { z } from "zod";
import { count } from "../../stacks/words.ts";
import { horizonDays, type Store } from "../../stacks/stores.ts";

/**
 * - `done`: its run has ended well.
 * - `failed`: its run has not, or could not be started.
 * - `impossible`: its definition says that it can not.
 * - `unstated`: its definition says nothing.
 * - `elsewhere`: it runs on Docker Compose; the command has to be given on its node.
 * - `planned`: nothing was asked of it.
 */
const outcome = z.enum(["done", "failed", "impossible", "unstated", "elsewhere", "planned"]);
export type Outcome = z.output<typeof outcome>;

const storeReport = z.object({
  workload: z.string(),
  kind: z.string(),
  dataClass: z.string(),
  outcome,
  detail: z.string(),
  forgottenOn: z.iso.date().nullable().describe("First day on which nothing is left, copies included; null if never."),
});
export type StoreReport = z.output<typeof storeReport>;

/** What became of one person's data. It never has the person's id. */
export const erasureReport = z.object({
  environment: z.string(),
  dryRun: z.boolean(),
  /** What the ledger knows the person by; null in a dry run. */
  subjectHash: z.string().nullable(),
  stores: z.array(storeReport),
});
export type ErasureReport = z.output<typeof erasureReport>;

const DAY_MS = 86_400_000;

/** @param today ISO date */
export function reportOn(store: Store, outcome: Outcome, detail: string, today: string): StoreReport {
  const { workload, kind, dataClass } = store;
  // What was not erased by its run goes as it would have gone anyway.
  const days = horizonDays(
    outcome === "done" || outcome === "planned" ? store : { ...store, way: { kind: "unstated" } },
  );
  const forgottenOn =
    days === undefined ? null : new Date(Date.parse(today) + days * DAY_MS).toISOString().slice(0, "YYYY-MM-DD".length);
  return { workload, kind, dataClass, outcome, detail, forgottenOn };
}

/** What is left to do keeps the verb from ending well; what holds no personal data has nothing to do. */
export const isComplete = ({ stores }: ErasureReport): boolean =>
  stores.every(
    ({ outcome, dataClass }) =>
      outcome === "done" || outcome === "planned" || (outcome === "unstated" && dataClass !== "personal"),
  );

/** For people. */
export function describeErasure(report: ErasureReport): string {
  const lines = report.stores.map(({ workload, outcome, detail, forgottenOn }) =>
    [
      workload.padEnd(24),
      outcome.padEnd(11),
      (forgottenOn === null ? "never by itself" : `gone on ${forgottenOn}`).padEnd(19),
      detail,
    ]
      .join(" ")
      .trimEnd(),
  );
  return `${report.environment}: ${count(report.stores.length, "store")}\n${lines.join("\n")}\n`;
}
