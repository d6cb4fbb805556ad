import { count } from "../../stacks/words.ts";
import type { ClaimView, View } from "./view.ts";
import type { Availability } from "./watch.ts";

export interface Evidence {
  /** Why expectations did not hold. */
  readonly failures: readonly string[];
  readonly availability: readonly Availability[];
  readonly before: View;
  readonly after: View;
  /** Nodes whose disks have gone with their machines. */
  readonly disksLost: ReadonlySet<string>;
}

export interface Judgement {
  readonly verdict: "passed" | "failed";
  /** Why it has failed. */
  readonly reasons: readonly string[];
  /** What it has cost, which was to be expected. */
  readonly notes: readonly string[];
}

/** What must hold in every drill: workloads keep their floor and come back whole, and nothing is lost. */
export function judge({ failures, availability, before, after, disksLost }: Evidence): Judgement {
  const below = availability.filter(({ lowest, floor }) => lowest < floor);
  const stillReduced = availability.filter(({ whole }) => !whole);
  const onLostDisks = before.claims.filter(({ node }) => node !== undefined && disksLost.has(node));
  const gone = onLostDisks.filter(({ kept, backupHours, archived }) => kept && backupHours === undefined && !archived);
  const reasons = [
    ...failures,
    ...below.map(
      ({ workload, lowest, floor }) =>
        `${workload} fell to ${count(lowest, "serving pod")}; its disruption budget wants ${floor}`,
    ),
    ...stillReduced.map(({ workload, wanted }) => `${workload} does not have its ${count(wanted, "pod")} again`),
    ...gone.map(
      ({ namespace, name, node }) =>
        `${namespace}/${name} was lost with the disk of ${node ?? ""}: it is kept, and no copy is made of it`,
    ),
    ...lostObjects(before, after),
  ];
  const away = availability.filter(({ reducedSeconds, floor, lowest }) => reducedSeconds > 0 && lowest >= floor);
  const notes = [
    ...away.map(
      ({ workload, wanted, lowest, reducedSeconds }) =>
        `${workload}: ${lowest} of ${wanted} served at least, fewer than ${wanted} for ${minutes(reducedSeconds)} min`,
    ),
    ...onLostDisks
      .filter((claim) => !gone.includes(claim))
      .map((claim) => `${claim.namespace}/${claim.name} ${afterLoss(claim)}`),
  ];
  return { verdict: reasons.length === 0 ? "passed" : "failed", reasons, notes };
}

function afterLoss({ kept, backupHours, archived }: ClaimView): string {
  if (!kept) return "is empty: nothing of it is kept";
  if (archived) return "comes from its archive: what was not archived yet is lost";
  return `comes from a copy: up to ${count(backupHours ?? 0, "hour")} are lost`;
}

function lostObjects(before: View, after: View): string[] {
  const claims = new Map(after.claims.map(({ namespace, name, uid }) => [`${namespace}/${name}`, uid]));
  const lostClaims = before.claims.filter(({ namespace, name, uid }) => claims.get(`${namespace}/${name}`) !== uid);
  const lostSecrets = [...before.secrets].filter(([name, uid]) => after.secrets.get(name) !== uid);
  const jobs = new Map(after.jobs.map(({ uid, state }) => [uid, state]));
  const lostJobs = before.jobs.filter(
    ({ uid, state }) => state !== "failed" && (jobs.get(uid) ?? "failed") === "failed",
  );
  return [
    ...lostClaims.map(({ namespace, name }) => `the volume claim ${namespace}/${name} was lost`),
    ...lostSecrets.map(([name]) => `the secret ${name} was lost`),
    ...lostJobs.map(({ namespace, name }) => `the job ${namespace}/${name} was lost or has failed`),
  ];
}

/** `4:05`: minutes and seconds. */
export const minutes = (seconds: number): string => {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};
