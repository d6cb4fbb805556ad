import { Refusal } from "../../sandbox/twin/kinds/kubernetes/connection.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { type Store, storesOf } from "../../stacks/stores.ts";
import { type Cluster, eraseInCluster } from "./erase-in-cluster.ts";
import { isComplete, reportOn, type ErasureReport, type StoreReport } from "./report.ts";
import type { Ledger } from "./ledger.ts";

/** Longest wait for one store. */
const DEADLINE_SECONDS = 3600;

export interface EraseOptions {
  readonly subject: string;
  readonly api: Cluster;
  readonly ledger: Ledger;
  /** ISO date */
  readonly today: string;
  readonly signal: AbortSignal;
  /** Is told of each store as it ends. */
  readonly onStore: (report: StoreReport) => void;
}

/** What would be done, store by store. */
export const planErasure = (environment: Environment, today: string): ErasureReport => ({
  environment: environment.name,
  dryRun: true,
  subjectHash: null,
  stores: storesOf(environment).map((store) => withoutRun(store, today) ?? reportOn(store, "planned", "", today)),
});

/** Erases one person from every store, one after the other, and writes the ledger. A store that fails stops no other. */
export async function erase(environment: Environment, options: EraseOptions): Promise<ErasureReport> {
  const { subject, ledger, today, onStore } = options;
  const reports: StoreReport[] = [];
  for (const store of storesOf(environment)) {
    const report = withoutRun(store, today) ?? (await eraseStore(store, options));
    onStore(report);
    reports.push(report);
  }
  const subjectHash = ledger.hash(subject);
  const report: ErasureReport = { environment: environment.name, dryRun: false, subjectHash, stores: reports };
  ledger.add({ day: today, subjectHash, complete: isComplete(report) });
  return report;
}

/** Of a store that no Job of the cluster erases. */
function withoutRun(store: Store, today: string): StoreReport | undefined {
  const { way, runtime, workload, pool } = store;
  if (way.kind === "impossible") return reportOn(store, "impossible", way.reason, today);
  if (way.kind === "unstated") {
    const detail = `${store.kind} does not say how it erases; class ${store.dataClass}`;
    return reportOn(store, "unstated", detail, today);
  }
  if (runtime === "kubernetes") return undefined;
  const command = `docker compose run --rm --env SUBJECT ${workload}-erase`;
  return reportOn(store, "elsewhere", `on the node of pool ${pool}, with SUBJECT exported: ${command}`, today);
}

async function eraseStore(store: Store, { api, subject, today, signal }: EraseOptions): Promise<StoreReport> {
  if (store.way.kind !== "run") throw new Error(`${store.workload} has no run that erases`);
  try {
    const options = { deadlineSeconds: DEADLINE_SECONDS, signal };
    const failure = await eraseInCluster(api, store.way.run, subject, options);
    return reportOn(store, failure === undefined ? "done" : "failed", failure ?? "", today);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return reportOn(store, "failed", `the API server refused it: ${error.reason}`, today);
  }
}
