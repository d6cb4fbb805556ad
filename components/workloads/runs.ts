import { createHash } from "node:crypto";
import { type Backup, type Container, type Handle, replicasOf } from "./contract.ts";
import type { PlannedWorkload } from "./plan.ts";

/** Pods that run for a workload beside its own and come to an end. */
export interface Run {
  /** `<workload>-<what it does>`. */
  readonly name: string;
  readonly container: Container;
  /** Once for each change of its definition, at times of the clock (five cron fields, UTC), or when somebody asks for it. */
  readonly trigger: { readonly kind: "change" | "demand" } | { readonly kind: "clock"; readonly schedule: string };
  /** The volume that it mounts, of the workload's pod with this number. */
  readonly mount?: { readonly volume: string; readonly pod: number; readonly readOnly: boolean };
  /** Ports of other workloads that it may reach, beside every port of its own workload. */
  readonly needs: readonly Handle[];
}

/** Jobs, backups with the way back, and the removal of one person's data. */
export function runsOf(planned: PlannedWorkload): readonly Run[] {
  const { name, workload, store } = planned;
  const { jobs = {}, erasure, volumes = {}, needs = [] } = workload;
  const once = Object.entries(jobs).map(([job, container]): Run => ({
    name: `${name}-${job}`,
    container,
    trigger: { kind: "change" },
    needs,
  }));
  const erase: Run[] =
    erasure === undefined || "impossible" in erasure
      ? []
      : [{ name: `${name}-erase`, container: erasure.job, trigger: { kind: "demand" }, needs }];
  // The egress proxy, on the way to a store outside the fleet, is a need of the workload.
  const reach = store === undefined || store.outside === true ? needs : [...needs, store];
  const copies = Object.entries(volumes).flatMap(([volume, { backup }]) =>
    store === undefined || backup === undefined ? [] : copyRuns(planned, volume, backup, reach),
  );
  return [...once, ...copies, ...erase];
}

function copyRuns(
  { name, workload }: PlannedWorkload,
  volume: string,
  backup: Backup,
  needs: readonly Handle[],
): Run[] {
  const { save, restore, mounts = false, everyHours } = backup;
  const pods = mounts ? Array.from({ length: replicasOf(workload).maximum }, (_, pod) => pod) : [undefined];
  const clock = { kind: "clock", schedule: scheduleOf(everyHours, `${name}/${volume}`) } as const;
  const run = (verb: string, container: Container | undefined, trigger: Run["trigger"]): Run[] =>
    container === undefined
      ? []
      : pods.map((pod) => ({
          name: `${name}-${volume}-${verb}${pods.length > 1 ? `-${pod}` : ""}`,
          container: pods.length > 1 ? ofPod(container, pod) : container,
          trigger,
          needs,
          ...(pod === undefined ? {} : { mount: { volume, pod, readOnly: verb === "backup" } }),
        }));
  return [...run("backup", save, clock), ...run("restore", restore, { kind: "demand" })];
}

/** Each pod's copies stand beside those of the others. */
const ofPod = (container: Container, pod: number | undefined): Container => {
  const repository = container.env?.["BACKUP_REPOSITORY"];
  return typeof repository === "string"
    ? { ...container, env: { ...container.env, BACKUP_REPOSITORY: `${repository}/${pod}` } }
    : container;
};

const HOURS_A_DAY = 24;

/** At a minute of its own, so that not all start at once; what runs daily or less often, in the night. */
export function scheduleOf(everyHours: number, name: string): string {
  const number = createHash("sha256").update(name).digest().readUInt32BE();
  const minute = number % 60;
  const night = number % 5;
  if (everyHours < HOURS_A_DAY) return `${minute} */${everyHours} * * *`;
  return everyHours === HOURS_A_DAY
    ? `${minute} ${night} * * *`
    : `${minute} ${night} */${everyHours / HOURS_A_DAY} * *`;
}
