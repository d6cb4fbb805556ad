import { readState, type Deployment } from "../../sandbox/session/state.ts";
import { layoutOf } from "../../sandbox/session/layout.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { storesOf } from "../../stacks/stores.ts";
import { today } from "../../plan/today.ts";
import { confirm } from "../confirm.ts";
import { EXIT } from "../errors.ts";
import { InterruptListener } from "../interrupt.ts";
import { rehearse } from "../rehearse.ts";
import type { OperationReport } from "../report.ts";
import { explainFailure } from "../run-rehearsal.ts";
import { ROOT } from "../run-verb.ts";
import { SANDBOX } from "../select-environment.ts";
import { describeDown } from "./describe.ts";
import type { Found } from "./found.ts";
import { assertAgreed, heldData, type HeldData } from "./held-data.ts";
import type { DownReport } from "./report.ts";
import { sweep, type SweepReport } from "./sweep.ts";
import { twinInventories } from "./twin.ts";

export interface DownRunOptions {
  /** Where the environment file was taken from, if not from `stacks/`. */
  readonly file: string | undefined;
  readonly json: boolean;
  readonly yes: boolean;
  /** Shows what would go and what would not. */
  readonly dryRun: boolean;
  /** Names of what holds data and may go all the same; `all` for everything. */
  readonly deleteData: readonly string[];
}

export const NOTHING: SweepReport = { removed: [], left: [], unasked: [] };

/** Takes a rehearsed environment down and reports. Returns the exit code. @throws InputError before anything is touched */
export async function rehearseDown(environment: Environment, options: DownRunOptions): Promise<number> {
  const { name } = environment;
  const { json, yes, dryRun, deleteData } = options;
  const layout = layoutOf(ROOT, name);
  const state = readState(layout);
  const data = heldData(state, storesOf(environment));
  if (dryRun) {
    const left = await sweep(twinInventories(layout.folder), {
      environment: name,
      dryRun,
      isManaged: isManagedBy(state),
    });
    return print(dryRunReport(name, state, { data, cluster: NOTHING, sweep: left }), json, EXIT.ok);
  }
  assertAgreed(data, deleteData, `npm run down -- ${name} --rehearse`);
  // Whoever has named the data of a rehearsal has agreed.
  const agreed = name === SANDBOX || yes || deleteData.length > 0;
  if (!agreed && !(await confirm(`Destroy the rehearsed "${name}" and its world?`))) return EXIT.refused;

  using interrupt = new InterruptListener((message) => process.stderr.write(`\n${message}\n`));
  const settings = { root: ROOT, environment, today: today(), interrupt, progress: process.stderr };
  const rehearsal = await rehearse("down", settings);
  explainFailure(rehearsal);
  const swept = rehearsal.result?.sweep ?? NOTHING;
  return print(downReport(rehearsal.report, { data, cluster: NOTHING, sweep: swept }), json, rehearsal.exitCode);
}

interface Parts {
  readonly data: readonly HeldData[];
  readonly cluster: SweepReport;
  readonly sweep: SweepReport;
}

export const downReport = (operation: OperationReport, parts: Parts): DownReport => ({
  ...operation,
  dryRun: false,
  ...parts,
  data: [...parts.data],
});

/** What would be destroyed: every object of a provider that the state has. */
export function dryRunReport(environment: string, state: Deployment, parts: Parts): DownReport {
  const resources = (state.resources ?? []).filter(({ custom, type }) => custom && !type.startsWith("pulumi:"));
  const changes = { create: 0, update: 0, replace: 0, delete: resources.length, same: 0 };
  const operation = { environment, changes, durationMs: 0, outputs: {}, cost: null };
  return { ...downReport(operation, parts), dryRun: true };
}

/** Whether the engine takes a thing away, as one that it has in its state. */
export function isManagedBy({ resources = [] }: Deployment): (found: Found) => boolean {
  const known = new Set(resources.map(({ type, id }) => `${type.split(":")[0] ?? ""} ${id ?? ""}`));
  return ({ provider, id }) => known.has(`${provider.split(" ")[0] ?? ""} ${id}`);
}

/** Returns the exit code given. */
export function print(report: DownReport, json: boolean, exitCode: number): number {
  process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : describeDown(report));
  return exitCode;
}
