import type { PlannedWorkload } from "../../../components/workloads/plan.ts";
import type { Complaint } from "../../problems.ts";
import { count } from "../../words.ts";
import { check } from "./check.ts";
import { planned, WORKLOAD_FACTS } from "./planned.ts";

export const retention = check(WORKLOAD_FACTS, (facts) => overdueIn(planned(facts).workloads));

/** A store of personal data says how old they become, and its copies become no older. */
export function* overdueIn(workloads: readonly PlannedWorkload[]): Iterable<Complaint> {
  for (const { name, entry, definition, workload } of workloads) {
    for (const [volume, { keep, retentionDays, backup }] of Object.entries(workload.volumes ?? {})) {
      const place = { path: ["workloads", name], atKey: true };
      if (keep && entry.dataClass === "personal" && retentionDays === undefined) {
        yield {
          ...place,
          got: `personal data on its volume ${volume}, and no retention`,
          expected: "the age in days at which personal data is deleted",
          fix: `state \`retentionDays\` on volume ${volume} in ${definition.file}, or a lower dataClass`,
        };
      }
      if (retentionDays !== undefined && backup !== undefined && backup.keepDays > retentionDays) {
        yield {
          ...place,
          got:
            `backups of volume ${volume} kept for ${count(backup.keepDays, "day")}, ` +
            `its data for ${count(retentionDays, "day")}`,
          expected: "backups that are not older than what may still be there",
          fix: `lower \`backup.keepDays\` or raise \`retentionDays\` in ${definition.file}`,
        };
      }
    }
  }
}
